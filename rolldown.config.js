/** Bundles the command line and the library, so that a start reads few files and an install brings few packages. */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { defineConfig } from 'rolldown'

const { peerDependencies = {} } = JSON.parse(readFileSync('package.json', 'utf8'))
/** Loaded at run time from the user's own installation. */
const external = [/^node:/, 'jiti', ...Object.keys(peerDependencies)]

/** `import text from './page.css?raw'` puts the file's text into the bundle, as the test runner does. */
const rawText = {
  name: 'raw-text',
  resolveId: (id, importer) => (id.endsWith('?raw') ? resolve(dirname(importer), id) : null),
  load: id =>
    id.endsWith('?raw')
      ? { code: `export default ${JSON.stringify(readFileSync(id.slice(0, -4), 'utf8'))}`, moduleType: 'js' }
      : null,
}

export default defineConfig({
  input: {
    'cli/main': 'src/cli/main.ts',
    index: 'src/index.ts',
    'worker/search': 'src/session/search/worker.ts',
    'worker/decode': 'src/session/workers/worker.ts',
    'worker/look-ahead': 'src/session/look-ahead/worker.ts',
  },
  platform: 'node',
  plugins: [rawText],
  external: id =>
    external.some(name => (name instanceof RegExp ? name.test(id) : id === name || id.startsWith(`${name}/`))),
  output: {
    dir: 'dist',
    format: 'esm',
    chunkFileNames: 'chunks/[name]-[hash].js',
    cleanDir: true,
  },
})
