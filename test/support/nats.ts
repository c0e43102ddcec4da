/** A NATS server of our own on a free port, that can be killed and started again on the same data. */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createConnection, createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { temporaryDirectory } from './genesis.js'

const BINARY = ['/usr/sbin/nats-server', '/usr/bin/nats-server', '/usr/local/bin/nats-server'].find(existsSync)

export const hasNats = BINARY !== undefined

export class NatsServer {
  private child: ChildProcess | null = null

  private constructor(
    readonly port: number,
    private readonly directory: string,
  ) {}

  static async start(): Promise<NatsServer> {
    const server = new NatsServer(await freePort(), temporaryDirectory('nats'))
    await server.start()
    return server
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`
  }

  async start(): Promise<void> {
    const args = ['-js', '-a', '127.0.0.1', '-p', String(this.port), '-sd', join(this.directory, 'data')]
    this.child = spawn(BINARY ?? '', args, { stdio: 'ignore' })
    while (!(await answers(this.port))) await new Promise(resolve => setTimeout(resolve, 20))
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    const { child } = this
    this.child = null
    if (child === null) return
    const gone = new Promise(resolve => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = createConnection({ port, host: '127.0.0.1' })
    socket.once('data', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
