/** Bundles the command line and the library, so that a start reads few files and an install brings few packages. */
import { readFileSync } from 'node:fs'
import { defineConfig } from 'rolldown'

const { peerDependencies = {} } = JSON.parse(readFileSync('package.json', 'utf8'))
/** Loaded at run time from the user's own installation. */
const external = [/^node:/, 'jiti', ...Object.keys(peerDependencies)]

export default defineConfig({
  input: { 'cli/main': 'src/cli/main.ts', index: 'src/index.ts' },
  platform: 'node',
  external: id =>
    external.some(name => (name instanceof RegExp ? name.test(id) : id === name || id.startsWith(`${name}/`))),
  output: {
    dir: 'dist',
    format: 'esm',
    chunkFileNames: 'chunks/[name]-[hash].js',
    cleanDir: true,
  },
})
