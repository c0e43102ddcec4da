/** The panels that are asked for once a second. */
/* global  */
import { byId, clockText, element, escaped, fillTable, numberText, spanText, sparkText } from './text.js'

const GOOD = ['connected', 'resynced', 'live']
export const tone = state => (GOOD.includes(state) ? 'rise' : state === 'waiting' ? 'warn' : 'fall')

const STREAM_COLUMNS = [
  { title: 'stream', text: true, cell: row => row.stream },
  { title: 'state', text: true, cell: row => row.state, tone: row => tone(row.state) },
  { title: 'last', cell: row => numberText(row.last) },
  { title: 'bid', cell: row => numberText(row.bid) },
  { title: 'ask', cell: row => numberText(row.ask) },
  { title: 'rate', cell: row => `${numberText(row.rate)}/s` },
  { title: 'p50', cell: row => spanText(row.latency?.p50) },
  { title: 'p99', cell: row => spanText(row.latency?.p99) },
  { title: 'gaps', cell: row => numberText(row.gaps), tone: row => (row.gaps > 0 ? 'warn' : '') },
  { title: 'reconn', cell: row => numberText(row.reconnects) },
  { title: 'trend', text: true, cell: row => sparkText(row.spark ?? []) },
]

export function showStreams({ streams, symbols }) {
  const figures = new Map(symbols.map(row => [`${row.exchange}:${row.symbol}`, row]))
  const rows = streams.map(stream => ({ ...figures.get(`${stream.exchange}:${stream.symbol}`), ...stream }))
  fillTable(byId('streams'), STREAM_COLUMNS, rows)
}

const CONNECTION_COLUMNS = [
  { title: 'exchange', text: true, cell: row => `${row.exchange} #${row.line}` },
  { title: 'open', text: true, cell: row => (row.open ? 'open' : 'down'), tone: row => (row.open ? 'rise' : 'fall') },
  { title: 'address', text: true, cell: row => row.address },
  { title: 'health', text: true, cell: row => row.streams.map(({ name, health }) => `${name} ${health}`).join(' · ') },
]

export const showConnections = ({ connections }) => fillTable(byId('connections'), CONNECTION_COLUMNS, connections)

function strategyColumns(command) {
  return [
    { title: 'strategy', text: true, cell: row => row.strategy },
    {
      title: 'trading',
      text: true,
      cell: row => (row.failure ? 'failed' : row.blocks === 'none' ? 'on' : `blocked: ${row.blocks}`),
      tone: row => (row.failure || row.blocks !== 'none' ? 'fall' : 'rise'),
    },
    { title: 'equity', cell: row => `${moneyText(row.equity.equity)} ${row.equity.asset}` },
    { title: 'realised', cell: row => moneyText(row.equity.realised) },
    { title: 'unrealised', cell: row => moneyText(row.equity.unrealised) },
    { title: 'fees', cell: row => moneyText(row.equity.fees) },
    { title: 'orders', cell: row => numberText(row.counts.orders ?? null) },
    { title: 'fills', cell: row => numberText(row.counts.fills ?? null) },
    { title: '', make: (row, place) => pauseButton(row, place, command) },
  ]
}

function pauseButton({ strategy, blocks }, place, command) {
  const button = place.firstElementChild ?? place.appendChild(element('button', '', { type: 'button' }))
  const action = blocks === 'none' ? 'pause' : 'resume'
  const label = action === 'pause' ? 'Pause' : 'Resume'
  if (button.textContent !== label) button.textContent = label
  button.setAttribute('aria-label', `${label} ${strategy}`)
  button.onclick = () => command(`/api/strategies/${escaped(strategy)}/${action}`)
}

const POSITION_COLUMNS = [
  { title: 'strategy', text: true, cell: row => row.strategy },
  { title: 'symbol', text: true, cell: row => `${row.exchange}:${row.symbol}` },
  { title: 'size', cell: row => numberText(row.size) },
  { title: 'average', cell: row => moneyText(row.averagePrice) },
  { title: 'realised', cell: row => moneyText(row.realised) },
  { title: 'unrealised', cell: row => moneyText(row.unrealised) },
]

const ORDER_COLUMNS = [
  { title: 'strategy', text: true, cell: row => row.strategy },
  { title: 'symbol', text: true, cell: row => `${row.exchange}:${row.symbol}` },
  { title: 'side', text: true, cell: row => row.side, tone: row => (row.side === 'buy' ? 'rise' : 'fall') },
  { title: 'kind', text: true, cell: row => row.kind },
  { title: 'size', cell: row => numberText(row.size) },
  { title: 'price', cell: row => numberText(row.price ?? row.stopPrice) },
  { title: 'filled', cell: row => numberText(row.filled) },
  { title: 'status', text: true, cell: row => row.status },
]

export function showTrading({ strategies }, { positions }, { orders }, command) {
  byId('trading').hidden = byId('commands').hidden = strategies.length === 0
  fillTable(byId('strategies'), strategyColumns(command), strategies)
  fillTable(byId('positions'), POSITION_COLUMNS, positions)
  fillTable(byId('orders'), ORDER_COLUMNS, orders)
}

/** For a glance; the exact decimals are in the answers of the server. */
const moneyText = value => (value === null ? '–' : Number(value).toLocaleString('en', { maximumFractionDigits: 4 }))

const counterText = (key, value) =>
  key === 'now' ? clockText(value) : typeof value === 'number' ? numberText(value) : String(value ?? '–')

const FRESH_MICROS = 5e6

export function showMechanisms({ mechanisms }) {
  const list = byId('mechanisms')
  while (list.children.length > mechanisms.length) list.lastElementChild.remove()
  const now = Math.max(0, ...mechanisms.map(({ last }) => last?.time ?? 0))
  mechanisms.forEach(({ name, term, state, counters, last }, index) => {
    const card = list.children[index] ?? list.appendChild(element('li'))
    card.dataset.name = name
    card.dataset.fresh = String(last !== null && now - last.time < FRESH_MICROS)
    const figures = element('dl')
    for (const [key, value] of Object.entries(counters))
      figures.append(element('dt', key), element('dd', counterText(key, value)))
    card.replaceChildren(
      element('b', name),
      element('p', `${term} · ${state}`, { class: 'quiet' }),
      figures,
      element('p', last === null ? 'nothing to do yet' : `${clockText(last.time)} ${last.text}`),
    )
  })
}

const LOG_LENGTH = 200

export function log(time, text, className = '') {
  const list = byId('log')
  list.prepend(element('li', `${clockText(time)} ${text}`, { class: className }))
  while (list.children.length > LOG_LENGTH) list.lastElementChild.remove()
}
