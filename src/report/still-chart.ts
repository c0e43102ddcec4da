/** The chart as a still picture: readable without scripts, and what a printer gets. */
import type { Micros } from '../model/time.js'
import type { Span } from '../session/degraded.js'
import type { InstrumentRecord, StrategyRecord } from '../session/run-record.js'
import { html, type Html } from './html.js'
import { fixedText, percentText, plainText, timeText } from './number-text.js'

const WIDTH = 960
const HEIGHT = 500
const COLUMNS = 430
const MOST_MARKS = 200

interface Panel {
  readonly top: number
  readonly height: number
}

const PANELS = {
  price: { top: 4, height: 240 },
  equity: { top: 260, height: 110 },
  drawdown: { top: 386, height: 44 },
  exposure: { top: 442, height: 32 },
} as const satisfies Record<string, Panel>

interface Point {
  readonly time: Micros
  readonly value: number
}

type Scale = (time: Micros) => number

/** Price with fills, equity beside holding, drawdown and exposure of one strategy, over one axis of time. */
export function stillChart(
  { record, drawdowns, summary }: StrategyRecord,
  instrument: InstrumentRecord | undefined,
  degraded: readonly Span[],
): Html {
  const bars = instrument?.series.bars ?? []
  const first = Math.min(bars[0]?.start ?? Infinity, record.curve[0]?.time ?? Infinity)
  const last = Math.max(bars.at(-1)?.start ?? -Infinity, record.curve.at(-1)?.time ?? -Infinity)
  if (!(last > first)) return html`<p class="soft">Too short a run for a chart.</p>`
  const x: Scale = time => Math.min(WIDTH, Math.max(0, ((time - first) / (last - first)) * WIDTH))
  const depth = drawdowns[0]?.depth ?? 0
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Price, equity, drawdown and exposure of ${summary.strategy}">
${degraded.slice(0, MOST_MARKS).map(span => shade(span, x))}
${Object.values(PANELS).map(frame)}
${instrument === undefined ? null : pricePanel(instrument, record.fills, x)}
${equityPanel(record, bars, x)}
${drawdownPanel(record, depth, x)}
${exposurePanel(record, x)}
${axis(first, last)}
</svg>` // prettier-ignore
}

function pricePanel(
  { exchange, symbol, series: { bars } }: InstrumentRecord,
  fills: StrategyRecord['record']['fills'],
  x: Scale,
): Html {
  const [low, high] = [least(bars.map(bar => bar.low)), most(bars.map(bar => bar.high))]
  const y = vertical(PANELS.price, low, high)
  const columns = thin(bars.map(bar => ({ ...bar, time: bar.start })))
  const upper = columns.map(group => `${tenth(x(group[0]?.time ?? 0))},${tenth(y(most(group.map(bar => bar.high))))}`)
  const lower = columns.map(group => `${tenth(x(group[0]?.time ?? 0))},${tenth(y(least(group.map(bar => bar.low))))}`)
  const own = fills.filter(fill => fill.exchange === exchange && fill.symbol === symbol)
  return html`<polygon class="range" points="${[...upper, ...lower.reverse()].join(' ')}"/>
<polyline class="price" points="${line(columns.map(group => ({ time: group[0]?.time ?? 0, value: group.at(-1)?.close ?? 0 })), x, y)}"/>
${evenly(own, MOST_MARKS).map(fill => mark(x(fill.time), y(Number(fill.price)), fill.side))}
${labels(PANELS.price, plainText(high), plainText(low))}` // prettier-ignore
}

function equityPanel(
  { curve, startEquity }: StrategyRecord['record'],
  bars: InstrumentRecord['series']['bars'],
  x: Scale,
): Html {
  const open = bars[0]?.open
  const held = open === undefined ? [] : bars.map(bar => ({ time: bar.start, value: (startEquity * bar.close) / open }))
  const equity = curve.map(({ time, equity: value }) => ({ time, value }))
  const values = [startEquity, ...equity.map(point => point.value), ...held.map(point => point.value)]
  const [low, high] = [least(values), most(values)]
  const y = vertical(PANELS.equity, low, high)
  return html`<polyline class="held" points="${line(lasts(held), x, y)}"/>
<polyline class="equity" points="${line(lasts(equity), x, y)}"/>
${labels(PANELS.equity, fixedText(high), fixedText(low))}` // prettier-ignore
}

function drawdownPanel({ curve, startEquity }: StrategyRecord['record'], depth: number, x: Scale): Html {
  let peak = startEquity
  const falls = curve.map(({ time, equity }) => {
    peak = Math.max(peak, equity)
    return { time, value: 1 - equity / peak }
  })
  const y = vertical(PANELS.drawdown, depth === 0 ? 1 : depth, 0)
  return html`<polygon class="drawdown" points="${area(extremes(falls), x, y)}"/>
${labels(PANELS.drawdown, `drawdown ${percentText(depth)}`)}` // prettier-ignore
}

function exposurePanel({ curve }: StrategyRecord['record'], x: Scale): Html {
  const points = curve.map(({ time, equity, exposure }) => ({ time, value: equity > 0 ? exposure / equity : 0 }))
  const highest = most([0, ...points.map(point => point.value)])
  const y = vertical(PANELS.exposure, 0, highest === 0 ? 1 : highest)
  return html`<polygon class="exposure" points="${area(steps(extremes(points)), x, y)}"/>
${labels(PANELS.exposure, `exposure up to ${percentText(highest)}`)}` // prettier-ignore
}

function axis(first: Micros, last: Micros): Html {
  return html`<text x="0" y="${HEIGHT - 6}">${timeText(first)}</text
    ><text x="${WIDTH}" y="${HEIGHT - 6}" text-anchor="end">${timeText(last)} UTC</text>`
}

function frame({ top, height }: Panel): Html {
  return html`<rect class="frame" x="0" y="${top}" width="${WIDTH}" height="${height}" />`
}

function shade({ start, end }: Span, x: Scale): Html {
  const left = x(start)
  return html`<rect
    class="degraded"
    x="${tenth(left)}"
    y="4"
    width="${tenth(Math.max(1, x(end) - left))}"
    height="470"
  />`
}

/** Inside the plot, at its upper left and, where there is a second one, its lower left. */
function labels({ top, height }: Panel, above: string, below?: string): Html {
  return html`<text x="6" y="${top + 4}" dominant-baseline="hanging">${above}</text
    >${below === undefined ? null : html`<text x="6" y="${top + height - 5}">${below}</text>`}`
}

/** A buy points up from below its price, a sell down from above. */
function mark(x: number, y: number, side: 'buy' | 'sell'): Html {
  const down = side === 'buy' ? 7 : -7
  const points = `${tenth(x)},${tenth(y)} ${tenth(x - 4)},${tenth(y + down)} ${tenth(x + 4)},${tenth(y + down)}`
  return html`<polygon class="${side}" points="${points}" />`
}

function vertical({ top, height }: Panel, bottom: number, upper: number): (value: number) => number {
  const span = upper - bottom
  return value => (span === 0 ? top + height / 2 : top + height - ((value - bottom) / span) * height)
}

function line(points: readonly Point[], x: Scale, y: (value: number) => number): string {
  return points.map(({ time, value }) => `${tenth(x(time))},${tenth(y(value))}`).join(' ')
}

/** Closed along the zero line. */
function area(points: readonly Point[], x: Scale, y: (value: number) => number): string {
  const [first, last] = [points[0], points.at(-1)]
  if (first === undefined || last === undefined) return ''
  return `${tenth(x(first.time))},${tenth(y(0))} ${line(points, x, y)} ${tenth(x(last.time))},${tenth(y(0))}`
}

/** A value holds until the next one. */
function steps(points: readonly Point[]): Point[] {
  return points.flatMap((point, index) => {
    const next = points[index + 1]
    return next === undefined ? [point] : [point, { time: next.time, value: point.value }]
  })
}

function lasts(points: readonly Point[]): Point[] {
  return thin(points).flatMap(group => group.at(-1) ?? [])
}

function extremes(points: readonly Point[]): Point[] {
  return thin(points).map(group => ({ time: group[0]?.time ?? 0, value: most(group.map(point => point.value)) }))
}

/** Neighbours in groups, no more groups than the picture has columns. */
function thin<Item extends { readonly time: Micros }>(items: readonly Item[]): Item[][] {
  const size = Math.max(1, Math.ceil(items.length / COLUMNS))
  const groups: Item[][] = []
  for (let index = 0; index < items.length; index += size) groups.push(items.slice(index, index + size))
  return groups
}

function evenly<Item>(items: readonly Item[], count: number): Item[] {
  if (items.length <= count) return [...items]
  return Array.from({ length: count }, (_, index) => items[Math.floor((index * items.length) / count)] as Item)
}

function least(values: readonly number[]): number {
  return values.reduce((low, value) => Math.min(low, value), Infinity)
}

function most(values: readonly number[]): number {
  return values.reduce((high, value) => Math.max(high, value), -Infinity)
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10
}
