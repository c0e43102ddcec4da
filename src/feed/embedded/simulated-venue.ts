/** The simulated market behind the exchange's door: subscriptions by request or address, and every message to who wants it. */
import type { ClientRules, ExchangeClient } from './exchange-client.js'
import { MICROS_PER_MS } from '../../model/time.js'
import { errorText, readRequest, resultText, type BinanceRequest } from './binance-requests.js'
import { answerRest } from './binance-rest.js'
import { enveloped } from './framing.js'
import type { ExchangeServer, RestAnswer, Venue } from './exchange-server.js'
import { SIMULATED_INTERVALS } from './running-candles.js'
import type { SimulatedMarket } from './simulated-market.js'
import type { MessageSink } from './symbol-market.js'

const MOST_STREAMS = 1_024
const CHANNEL = /^(?:trade|aggTrade|bookTicker|ticker|miniTicker|depth(?:5|10|20)?(?:@100ms|@1000ms)?|kline_\w{2,3})$/

export class SimulatedVenue implements Venue, MessageSink {
  readonly pingEveryMs = 20_000
  readonly heartbeat = null
  readonly rules: ClientRules
  private server: ExchangeServer | undefined

  constructor(
    private readonly market: SimulatedMarket,
    messagesPerSecond: number,
  ) {
    this.rules = {
      messages: { count: messagesPerSecond, perMs: 1_000 },
      farewell: client => this.farewell(client),
    }
  }

  /** Gives it the door that it stands behind. */
  open(server: ExchangeServer): void {
    this.server = server
  }

  accepts({ pathname }: URL): boolean {
    return /^\/(?:ws(?:\/.*)?|stream)?$/.test(pathname)
  }

  joined(client: ExchangeClient, address: URL): void {
    client.framing = address.pathname === '/stream' ? 'combined' : 'raw'
    const names =
      client.framing === 'combined' ? (address.searchParams.get('streams') ?? '') : decodePath(address.pathname)
    const wrong = this.subscribe(client, names.split('/').filter(name => name !== '')) // prettier-ignore
    if (wrong !== null) client.close(1008, `Invalid request: ${wrong}`.slice(0, 120))
  }

  asked(client: ExchangeClient, text: string): void {
    const request = readRequest(text)
    client.answer('refusal' in request ? request.refusal : this.answer(client, request))
  }

  rest(address: URL): RestAnswer {
    return answerRest(this.market, address)
  }

  wants(stream: string): boolean {
    return this.server?.audience(stream) !== undefined
  }

  send(stream: string, text: string): void {
    for (const client of this.server?.audience(stream) ?? []) {
      client.data(client.framing === 'combined' ? enveloped(client.topics.get(stream) ?? stream, text) : text)
    }
  }

  private farewell(client: ExchangeClient): string {
    const text = `{"e":"serverShutdown","E":${Math.floor(this.market.now / MICROS_PER_MS)}}`
    return client.framing === 'combined' ? `{"stream":"!serverShutdown","data":${text}}` : text
  }

  private answer(client: ExchangeClient, request: BinanceRequest): string {
    switch (request.method) {
      case 'SUBSCRIBE': {
        const wrong = this.subscribe(client, request.names)
        return wrong === null ? resultText(null, request.id) : errorText(2, `Invalid request: ${wrong}`, request.id)
      }
      case 'UNSUBSCRIBE':
        for (const name of request.names) this.server?.unsubscribe(client, this.topicOf(name) ?? '')
        return resultText(null, request.id)
      case 'LIST_SUBSCRIPTIONS':
        return resultText([...client.topics.values()], request.id)
      case 'GET_PROPERTY':
        return resultText(client.framing === 'combined', request.id)
      case 'SET_PROPERTY':
        client.framing = request.combined ? 'combined' : 'raw'
        return resultText(null, request.id)
    }
  }

  /** All or none. @returns what is wrong, or null. */
  private subscribe(client: ExchangeClient, names: readonly string[]): string | null {
    const topics: [topic: string, name: string][] = []
    for (const name of names) {
      const topic = this.topicOf(name)
      if (topic === null) return `no such stream ${JSON.stringify(name.slice(0, 80))}`
      topics.push([topic, name])
    }
    if (client.topics.size + topics.length > MOST_STREAMS) return `more than ${MOST_STREAMS} streams on one connection`
    for (const [topic, name] of topics) this.server?.subscribe(client, topic, name)
    return null
  }

  /** The name as the market sends it, its symbol listed; null where there is no such stream. */
  private topicOf(name: string): string | null {
    const at = name.indexOf('@')
    const symbol = name.slice(0, Math.max(0, at))
    const channel = name.slice(at + 1)
    if (!CHANNEL.test(channel)) return null
    if (channel.startsWith('kline_') && !SIMULATED_INTERVALS.has(channel.slice(6))) return null
    if (this.market.market(symbol.toUpperCase()) === undefined) return null
    return `${symbol.toLowerCase()}@${channel.replace('@1000ms', '')}`
  }
}

function decodePath(pathname: string): string {
  try {
    return decodeURIComponent(pathname.replace(/^\/(?:ws\/?)?/, ''))
  } catch {
    return '?'
  }
}
