/** Opens the byte stream below a WebSocket or a request: direct or through a proxy, plain or TLS, and always destroyable. */
import { connect as connectPlain, isIP } from 'node:net'
import type { NetConnectOpts, Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { ConnectionOptions as TlsOptions } from 'node:tls'
import { openTunnel } from './proxy.js'

/** What `http.request` passes to its `createConnection`. */
export interface DialOptions {
  readonly host?: string | null | undefined
  readonly port?: number | string | null | undefined
  readonly servername?: string | undefined
}

export type Dialed = (error: Error | null, socket: Socket) => void

/** One dial. A request that is aborted does not know the socket of an unfinished tunnel, so this remembers it. */
export class Dialer {
  private socket: Socket | null = null
  private destroyed = false

  constructor(
    private readonly secure: boolean,
    private readonly proxy: string | null,
    /** Extra certificate authorities, for servers of one's own. */
    private readonly ca: string | undefined,
  ) {}

  /** Bytes that arrived on the wire, those of unfinished messages included; the handshake counts too. */
  get bytesIn(): number {
    return this.socket?.bytesRead ?? 0
  }

  get bytesOut(): number {
    return this.socket?.bytesWritten ?? 0
  }

  /** To be given to `http.request`: answers at once or through `done`. */
  readonly open = (options: DialOptions, done: Dialed): Socket | undefined => {
    const target = { host: options.host ?? 'localhost', port: Number(options.port ?? (this.secure ? 443 : 80)) }
    if (this.proxy === null) return this.keep(this.connect(target, undefined))
    const tunnel = this.keep(
      openTunnel(this.proxy, target, error => {
        if (error !== null) done(error, tunnel)
        else done(null, this.secure ? this.keep(this.connect(target, tunnel)) : tunnel)
      }),
    )
    return undefined
  }

  destroy(): void {
    this.destroyed = true
    this.socket?.destroy()
  }

  private connect(target: { host: string; port: number }, through: Socket | undefined): Socket {
    if (!this.secure) return connectPlain(target satisfies NetConnectOpts)
    const options: TlsOptions = {
      ...target,
      servername: isIP(target.host) === 0 ? target.host : '',
      ALPNProtocols: ['http/1.1'],
      ...(through === undefined ? {} : { socket: through }),
      ...(this.ca === undefined ? {} : { ca: this.ca }),
    }
    return connectTls(options)
  }

  private keep(socket: Socket): Socket {
    this.socket = socket
    if (this.destroyed) socket.destroy()
    return socket
  }
}
