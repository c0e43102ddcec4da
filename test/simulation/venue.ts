/** One exchange of the simulated world: a market, its clients, and the weather between them. */
import type { Random } from '../../src/engine/random.js'
import type { Exchange } from '../../src/exchanges/exchange.js'
import { SimulatedSocket, type OtherEnd } from './socket.js'
import type { SimulatedTime } from './time.js'

/** A message of the market, under the topic that it belongs to. */
export interface MarketMessage {
  readonly topic: string
  readonly text: string
  /** Where the exchange numbers it: loss, copies and disorder can then be told. */
  readonly numbered: boolean
}

export interface Market {
  /** What happens next. */
  step(): MarketMessage
  /** What a client gets first when it subscribes; a book's snapshot. */
  greeting(topic: string): string | null
}

interface Client {
  readonly topics: Set<string>
  /** Neither data nor answers come any more, and nothing says so. */
  isMute: boolean
  /** When the last message under way arrives: none overtakes another. */
  arrivesMs: number
}

/** What the world did, to be compared with what the product says. */
export interface VenueCounts {
  connections: number
  /** Messages that reached a socket the product still wanted. */
  arrived: number
  garbage: number
  faults: number
}

/** What the system says when the other side resets a connection. */
class Reset extends Error {
  readonly code = 'ECONNRESET'
}

export class Venue implements OtherEnd {
  bad = true
  readonly counts: VenueCounts = { connections: 0, arrived: 0, garbage: 0, faults: 0 }
  /** Texts that reached the product, garbage aside. */
  readonly onArrival: ((text: string) => void)[] = []
  private readonly clients = new Map<SimulatedSocket, Client>()
  private stopTrading: () => void = () => undefined

  constructor(
    readonly exchange: Exchange,
    private readonly market: Market,
    private readonly time: SimulatedTime,
    private readonly random: Random,
    private readonly everyMs: number,
  ) {
    this.schedule()
  }

  /** No trade from here on; what is under way still arrives. */
  close(): void {
    this.stopTrading()
  }

  connect(socket: SimulatedSocket): void {
    const { random } = this
    if (!this.bad || random.chance(0.7)) {
      this.later(() => this.accept(socket))
      return
    }
    random.pick([
      () => this.later(() => socket.lose(1006, '', new Reset())),
      () => this.later(() => socket.refuse(503, {})),
      () => this.later(() => socket.refuse(429, { 'retry-after': String(random.int(1, 20)) })),
      // Never answered.
      () => undefined,
    ])()
  }

  received(socket: SimulatedSocket, text: string): void {
    const client = this.clients.get(socket)
    const { dialect } = this.exchange
    const request = dialect.read(text)
    if (client === undefined || client.isMute || request === undefined) return
    if (this.bad && this.random.chance(0.05)) return
    for (const topic of request.topics) {
      if (request.kind === 'subscribe') client.topics.add(topic)
      else client.topics.delete(topic)
    }
    for (const answer of dialect.accept(request)) this.put(socket, client, answer)
    if (request.kind !== 'subscribe') return
    for (const topic of request.topics) {
      const greeting = this.market.greeting(topic)
      if (greeting !== null) this.put(socket, client, greeting)
    }
  }

  pinged(socket: SimulatedSocket): void {
    if (this.clients.get(socket)?.isMute === false) this.later(() => socket.emit('pong'))
  }

  left(socket: SimulatedSocket): void {
    this.clients.delete(socket)
  }

  private accept(socket: SimulatedSocket): void {
    if (!socket.isWanted) return
    this.counts.connections++
    this.clients.set(socket, { topics: new Set(), isMute: false, arrivesMs: 0 })
    socket.open()
  }

  private schedule(): void {
    this.stopTrading = this.time.after(this.random.exponential(1 / this.everyMs), () => {
      this.happen()
      this.schedule()
    })
  }

  private happen(): void {
    const message = this.market.step()
    for (const [socket, client] of this.clients) {
      if (client.isMute || !client.topics.has(message.topic)) continue
      if (this.bad && this.random.chance(0.03)) this.strike(socket, client, message)
      else this.put(socket, client, message.text)
    }
  }

  /** Bad weather: something happens to the message, or to the connection that carries it. */
  private strike(socket: SimulatedSocket, client: Client, { text, numbered }: MarketMessage): void {
    this.counts.faults++
    const pass = (): void => this.put(socket, client, text)
    const faults = [
      () => this.lose(socket, 1006, ''),
      () => this.lose(socket, 1012, 'service restart'),
      () => (client.isMute = true),
      () => {
        pass()
        this.put(socket, client, text.slice(0, this.random.int(1, text.length - 1)), 'garbage')
      },
    ]
    if (numbered) {
      faults.push(
        () => undefined,
        () => {
          pass()
          pass()
        },
      )
    }
    this.random.pick(faults)()
  }

  private lose(socket: SimulatedSocket, code: number, reason: string): void {
    this.clients.delete(socket)
    const error = code === 1006 ? new Reset() : undefined
    this.later(() => socket.lose(code, reason, error))
  }

  private put(socket: SimulatedSocket, client: Client, text: string, kind: 'message' | 'garbage' = 'message'): void {
    client.arrivesMs = Math.max(client.arrivesMs, this.time.ms + this.random.uniform(1, 40))
    this.time.after(client.arrivesMs - this.time.ms, () => {
      if (!socket.isWanted || socket.readyState !== SimulatedSocket.OPEN) return
      this.counts.arrived++
      if (kind === 'garbage') this.counts.garbage++
      else for (const hear of this.onArrival) hear(text)
      socket.deliver(text)
    })
  }

  private later(act: () => void): void {
    this.time.after(this.random.uniform(1, 80), act)
  }
}
