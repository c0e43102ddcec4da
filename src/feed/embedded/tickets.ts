/** Tickets for exchanges that want one before a connection: always granted, and they lead back to this server. */
import type { Exchange } from '../../exchanges/exchange.js'

/** The answer where the address asks for the exchange's ticket; else undefined. */
export function ticketFor({ ticket }: Exchange, address: URL): string | undefined {
  if (ticket === undefined || new URL(ticket.url(address.origin)).pathname !== address.pathname) return undefined
  // The one shape in use; the adapter would refuse any other.
  const endpoint = `ws://${address.host}/`
  const server = { endpoint, encrypt: false, protocol: 'websocket', pingInterval: 18_000, pingTimeout: 10_000 }
  return JSON.stringify({ code: '200000', data: { token: 'genesis', instanceServers: [server] } })
}
