/** Events as rows: which columns each type of event has, in the contract's order; a book has a row for each level. */
import type { FeedEvent } from '../../model/event.js'

export type Cell = string | number | boolean | null

export type ColumnKind = 'text' | 'decimal' | 'time' | 'flag'

export interface Column {
  readonly name: string
  readonly kind: ColumnKind
}

export type Row = readonly Cell[]

/** One table: its columns, and the rows that an event has in it. */
export interface Table {
  readonly columns: readonly Column[]
  rows(event: FeedEvent): readonly Row[]
}

const text = (name: string): Column => ({ name, kind: 'text' })
const decimal = (name: string): Column => ({ name, kind: 'decimal' })
const time = (name: string): Column => ({ name, kind: 'time' })
const flag = (name: string): Column => ({ name, kind: 'flag' })

const head = [text('exchange'), text('symbol'), text('pair')]
const times = [time('time'), time('received')]

/** A table whose columns have the names of the event's fields. */
function fields(...columns: readonly Column[]): Table {
  return {
    columns,
    rows: event => [columns.map(column => (Reflect.get(event, column.name) as Cell | undefined) ?? null)],
  }
}

const book: Table = {
  columns: [...head, flag('snapshot'), text('sequence'), text('side'), decimal('price'), decimal('size'), ...times],
  rows: event => {
    if (event.type !== 'book') return []
    const { exchange, symbol, pair, snapshot, sequence, time, received } = event
    const row = (side: string, [price, size]: readonly [number, number]): Row => [
      exchange, symbol, pair, snapshot, sequence, side, price, size, time, received,
    ] // prettier-ignore
    return [...event.bids.map(level => row('bid', level)), ...event.asks.map(level => row('ask', level))]
  },
}

/** Every type of event that comes from a feed. */
export const TABLES: ReadonlyMap<FeedEvent['type'], Table> = new Map<FeedEvent['type'], Table>([
  ['trade', fields(...head, text('id'), decimal('price'), decimal('size'), text('side'), ...times)],
  ['quote', fields(...head, decimal('bid'), decimal('bidSize'), decimal('ask'), decimal('askSize'), ...times)],
  ['book', book],
  [
    'candle',
    fields(
      ...head,
      text('interval'),
      time('start'),
      ...['open', 'high', 'low', 'close', 'volume'].map(decimal),
      flag('closed'),
      ...times,
      // Said of candles that genesis has built; null of those that an exchange sent.
      flag('complete'),
    ),
  ],
  ['ticker', fields(...head, ...['last', 'open', 'high', 'low', 'volume'].map(decimal), ...times)],
  ['liquidation', fields(...head, decimal('price'), decimal('size'), text('side'), ...times)],
  ['funding', fields(...head, decimal('rate'), decimal('markPrice'), time('nextFunding'), ...times)],
  ['openInterest', fields(...head, decimal('openInterest'), ...times)],
  ['status', fields(text('exchange'), text('stream'), text('state'), text('detail'), time('time'))],
])

/** The tables of tardis.dev's CSV files, by the names that its documentation gives their columns. */
export const TARDIS_TABLES: ReadonlyMap<FeedEvent['type'], Table> = new Map<FeedEvent['type'], Table>([
  [
    'trade',
    {
      columns: [...tardisHead(), text('id'), text('side'), decimal('price'), decimal('amount')],
      rows: event =>
        event.type === 'trade'
          ? [[event.exchange, event.symbol, event.time, event.received, event.id, event.side, event.price, event.size]]
          : [],
    },
  ],
  [
    'quote',
    {
      columns: [...tardisHead(), ...['ask_amount', 'ask_price', 'bid_price', 'bid_amount'].map(decimal)],
      rows: event =>
        event.type === 'quote'
          ? [
              [
                event.exchange,
                event.symbol,
                event.time,
                event.received,
                event.askSize,
                event.ask,
                event.bid,
                event.bidSize,
              ],
            ]
          : [],
    },
  ],
  [
    'book',
    {
      columns: [...tardisHead(), flag('is_snapshot'), text('side'), decimal('price'), decimal('amount')],
      rows: event =>
        book
          .rows(event)
          .map(row => [row[0] ?? '', row[1] ?? '', row[8] ?? 0, row[9] ?? 0, row[3] ?? false, ...row.slice(5, 8)]),
    },
  ],
])

function tardisHead(): Column[] {
  return [text('exchange'), text('symbol'), time('timestamp'), time('local_timestamp')]
}
