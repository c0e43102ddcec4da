/** Options that several commands share, and what they mean beside each other. */
import type { GlobalOption, OptionName } from './options.js'

/** Global options of every command that prints. */
export const OUTPUT = ['json', 'quiet', 'color', 'config'] as const satisfies readonly GlobalOption[]
/** Of commands that read files and begin no run. */
export const READING = [...OUTPUT, 'exchange'] as const satisfies readonly GlobalOption[]
/** Of runs of files. */
export const REPLAYED = [...READING, 'duration', 'limit'] as const satisfies readonly GlobalOption[]

/** The embedded exchange, and how any other is listened to. */
export const FEED = ['seed', 'rate', 'lines', 'workers', 'backfill'] as const satisfies readonly OptionName[]
export const SERVER = ['host', 'port', 'tokenFile', 'allowHost', 'recordings'] as const satisfies readonly OptionName[]
export const OTHERS = ['source', 'fromToken', 'publish'] as const satisfies readonly OptionName[]

/** Beside a run, the server is one more thing to ask for. */
export const BESIDE = {
  port: 'with --serve: TCP port (default 8710; 0 takes any free one)',
  host: 'with --serve: address to serve on (default 127.0.0.1); others need --token-file',
  tokenFile: 'with --serve: file with the token that clients must send, mode 0600 (made where there is none)',
  allowHost: 'with --serve: further name under which clients may reach the server; repeat for more',
  recordings: 'with --serve: where recordings go that clients start (default: recordings)',
  fromToken: 'with --from ws://…: file with the token of that genesis',
} as const
export const QUARANTINE = 'with --on-corrupt quarantine: corrupt lines go to this name with .corrupt behind it'
