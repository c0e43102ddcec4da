/** What carries messages to and from an exchange: a socket of our own, or a library that has its own. */
import { CcxtConnection } from './ccxt/ccxt-connection.js'
import { Connection, type ConnectionListener, type ConnectionOptions } from './connection.js'
import type { Ending } from './ending.js'

export interface Transport {
  /** Wire bytes, as far as they are known. */
  readonly bytesIn: number
  /** Resolves when nothing of it is left. */
  readonly closed: Promise<void>
  send(text: string): void
  ping(): void
  /** Tells the listener where nobody answers. */
  probe(): void
  pause(): void
  resume(): void
  close(end: Ending): void
  terminate(end: Ending): void
}

/** Opens what the scheme of the address asks for. @throws where the address is none. */
export function openTransport(options: ConnectionOptions, listener: ConnectionListener): Transport {
  return options.address.startsWith('ccxt:') ? new CcxtConnection(options, listener) : new Connection(options, listener)
}
