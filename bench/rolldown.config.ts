/** Bundles the benchmarks as genesis itself is bundled, rivals left outside; the result lies in build/bench. */
import { defineConfig } from 'rolldown'

export default defineConfig({
  input: { main: 'bench/main.ts', 'websocket-server': 'bench/websocket-server.ts' },
  platform: 'node',
  external: id => !id.startsWith('.') && !id.startsWith('/'),
  logLevel: 'silent',
  output: { dir: 'build/bench', format: 'esm', cleanDir: true },
})
