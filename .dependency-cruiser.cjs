/** Who may import whom: the table in docs/architecture.md, checked. */
const core = ['model', 'wire', 'engine', 'exchanges', 'strategies', 'market', 'trading']

/** Source folders and npm or Node modules each folder may import; itself is always allowed. */
const table = {
  model: { folders: [], modules: [] },
  wire: { folders: ['model'], modules: [] },
  engine: { folders: ['model'], modules: [] },
  exchanges: { folders: ['model', 'wire'], modules: [] },
  strategies: { folders: ['model'], modules: ['zod'] },
  market: { folders: ['model', 'engine'], modules: [] },
  trading: { folders: ['model', 'engine', 'market'], modules: [] },
  journal: { folders: ['model', 'engine'], modules: ['fs', 'fs/promises', 'zlib', 'stream', 'stream/promises', 'path', 'crypto', 'os', 'buffer', 'string_decoder', 'events', 'yauzl', 'hyparquet-writer'] },
  feed: { folders: ['model', 'engine', 'exchanges', 'market'], modules: ['ws', 'http', 'https', 'net', 'tls', 'url', 'events', 'timers', 'timers/promises', 'crypto', 'https-proxy-agent', 'perf_hooks', 'stream', 'module', 'buffer', 'os'] },
  gateway: { folders: ['model', 'session'], modules: null },
  report: { folders: ['model', 'session'], modules: null },
  session: { folders: ['model', 'wire', 'engine', 'exchanges', 'market', 'strategies', 'trading', 'journal', 'feed', 'gateway', 'report'], modules: null },
  cli: { folders: null, modules: null },
} // prettier-ignore

const folders = Object.keys(table)

const folderRules = folders
  .filter(folder => table[folder].folders !== null)
  .map(folder => ({
    name: `${folder}-imports`,
    comment: `src/${folder} imports only: ${table[folder].folders.join(', ') || 'nothing'}`,
    severity: 'error',
    from: { path: `^src/${folder}/` },
    to: { path: '^src/', pathNot: [folder, ...table[folder].folders].map(name => `^src/${name}/`) },
  }))

const moduleRules = folders
  .filter(folder => table[folder].modules !== null)
  .map(folder => ({
    name: `${folder}-modules`,
    comment: `src/${folder} may touch only: ${table[folder].modules.join(', ') || 'no module'}`,
    severity: 'error',
    from: { path: `^src/${folder}/` },
    to: {
      dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'],
      pathNot: table[folder].modules.map(name => `(^(node:)?${name}$|node_modules/(@types/)?${name}/)`),
    },
  }))

/* global module */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: '^src/lexicon|\\.d\\.ts$' },
      to: {},
    },
    {
      name: 'exchanges-are-strangers',
      comment: 'An adapter never imports another adapter; what a family shares lies in exchanges/family.',
      severity: 'error',
      from: { path: '^src/exchanges/(?!registry|exchange\\.ts|family/)[a-z-]+\\.ts$' },
      to: { path: '^src/exchanges/(?!exchange\\.ts|family/)[a-z-]+\\.ts$' },
    },
    {
      name: 'lexicon-is-a-leaf',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(index|cli/commands/mechanisms)' },
      to: { path: '^src/lexicon' },
    },
    {
      name: 'core-is-pure',
      severity: 'error',
      from: { path: `^src/(${core.join('|')})/` },
      to: { dependencyTypes: ['core'] },
    },
    ...folderRules,
    ...moduleRules,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
