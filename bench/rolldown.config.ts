/** Bundles the benchmarks as genesis itself is bundled, rivals left outside; the result lies in the cache of node_modules. */
import { defineConfig } from 'rolldown'

export default defineConfig({
  input: { main: 'bench/main.ts', 'websocket-server': 'bench/websocket-server.ts' },
  platform: 'node',
  external: id => !id.startsWith('.') && !id.startsWith('/'),
  logLevel: 'silent',
  output: { dir: 'node_modules/.cache/genesis-bench', format: 'esm', cleanDir: true },
})
