/** The chosen symbol: its candles, moved on by each trade, and its book. */
/* global LightweightCharts, document, getComputedStyle, matchMedia */
import { byId, element, escaped, numberText } from './text.js'

export class MarketView {
  constructor(connection) {
    this.connection = connection
    this.books = new Map()
    this.open = null
    this.chart = LightweightCharts.createChart(byId('chart'), {
      autoSize: true,
      layout: { attributionLogo: false, background: { color: 'transparent' } },
      timeScale: { timeVisible: true, secondsVisible: true, rightOffset: 4 },
    })
    this.candles = this.chart.addSeries(LightweightCharts.CandlestickSeries)
    this.markers = LightweightCharts.createSeriesMarkers(this.candles, [])
    this.fills = []
    const dark = matchMedia('(prefers-color-scheme: dark)')
    dark.addEventListener('change', () => this.paint())
    this.paint()
    byId('symbol').addEventListener('change', () => this.choose())
    byId('interval').addEventListener('change', () => this.choose())
  }

  paint() {
    const style = getComputedStyle(document.documentElement)
    const colour = name => style.getPropertyValue(name).trim()
    this.chart.applyOptions({
      layout: { textColor: colour('--text') },
      grid: { vertLines: { color: colour('--line') }, horzLines: { color: colour('--line') } },
      timeScale: { borderColor: colour('--line') },
      rightPriceScale: { borderColor: colour('--line') },
    })
    const [up, down] = [colour('--rise'), colour('--fall')]
    this.candles.applyOptions({
      upColor: up,
      downColor: down,
      wickUpColor: up,
      wickDownColor: down,
      borderVisible: false,
    })
  }

  get chosen() {
    return byId('symbol').value
  }

  /** Keeps the choice where it still is one. */
  offer(symbols) {
    const select = byId('symbol')
    const keys = symbols.map(({ exchange, symbol }) => `${exchange}:${symbol}`)
    const known = [...select.options].map(option => option.value)
    if (keys.join() === known.join()) return
    const before = select.value
    select.replaceChildren(...keys.map(key => element('option', key)))
    if (keys.includes(before)) select.value = before
    else void this.choose()
  }

  async choose() {
    const key = this.chosen
    if (!key) return
    const [exchange, symbol] = split(key)
    const interval = byId('interval').value
    const path = `/api/candles/${escaped(exchange)}/${escaped(symbol)}?interval=${interval}&limit=600`
    const { candles } = await this.connection.ask(path).catch(() => ({ candles: [] }))
    if (key !== this.chosen || interval !== byId('interval').value) return
    const bars = candles.map(({ start, open, high, low, close }) => ({
      time: Math.floor(start / 1e6),
      open,
      high,
      low,
      close,
    }))
    this.open = bars.at(-1) ?? null
    const tick =
      10 ** -Math.min(8, Math.max(2, ...bars.slice(-50).map(bar => (String(bar.close).split('.')[1] ?? '').length)))
    this.candles.applyOptions({
      priceFormat: { type: 'price', minMove: tick, precision: Math.round(-Math.log10(tick)) },
    })
    this.candles.setData(bars)
    this.mark()
    this.chart.timeScale().scrollToRealTime()
    byId('last').textContent = this.open === null ? '' : numberText(this.open.close)
    this.drawBook()
  }

  trade({ exchange, symbol, price, time }) {
    if (`${exchange}:${symbol}` !== this.chosen) return
    const length = byId('interval').value === '1s' ? 1 : 60
    const start = Math.floor(time / 1e6 / length) * length
    if (this.open !== null && start < this.open.time) return
    const last = byId('last')
    last.className = this.open === null || price >= this.open.close ? 'rise' : 'fall'
    last.textContent = numberText(price)
    const { open, high, low } =
      this.open !== null && start === this.open.time ? this.open : { open: price, high: price, low: price }
    this.open = { time: start, open, high: Math.max(high, price), low: Math.min(low, price), close: price }
    this.candles.update(this.open)
  }

  fill(fill) {
    this.fills.push(fill)
    if (this.fills.length > 500) this.fills.shift()
    this.mark()
  }

  mark() {
    const length = byId('interval').value === '1s' ? 1 : 60
    const marks = this.fills
      .filter(({ exchange, symbol }) => `${exchange}:${symbol}` === this.chosen)
      .map(({ side, time }) => ({
        time: Math.floor(time / 1e6 / length) * length,
        position: side === 'buy' ? 'belowBar' : 'aboveBar',
        shape: side === 'buy' ? 'arrowUp' : 'arrowDown',
        color: getComputedStyle(document.documentElement)
          .getPropertyValue(side === 'buy' ? '--rise' : '--fall')
          .trim(),
      }))
    this.markers.setMarkers(marks.sort((a, b) => a.time - b.time))
  }

  book(event) {
    const key = `${event.exchange}:${event.symbol}`
    let book = this.books.get(key)
    if (event.snapshot || !book) this.books.set(key, (book = { bids: new Map(), asks: new Map() }))
    for (const side of ['bids', 'asks']) {
      for (const [price, size] of event[side]) {
        if (size === 0) book[side].delete(price)
        else book[side].set(price, size)
      }
    }
    this.stale = true
  }

  /** A book that may be wrong is not shown. */
  forgetBooks(exchange) {
    for (const key of this.books.keys()) if (key.startsWith(`${exchange}:`)) this.books.delete(key)
    this.drawBook()
  }

  drawBook() {
    this.stale = false
    const book = this.books.get(this.chosen)
    const bids = [...(book?.bids ?? [])].sort(([a], [b]) => b - a).slice(0, 9)
    const asks = [...(book?.asks ?? [])]
      .sort(([a], [b]) => a - b)
      .slice(0, 9)
      .reverse()
    const most = Math.max(...[...bids, ...asks].map(([, size]) => size), 0)
    this.drawSide(byId('asks'), asks, most, '--bar-fall')
    this.drawSide(byId('bids'), bids, most, '--bar-rise')
    const [bid, ask] = [bids[0]?.[0], asks.at(-1)?.[0]]
    byId('spread').rows[0].cells[0].textContent =
      bid === undefined || ask === undefined ? 'no book' : `spread ${numberText(Number((ask - bid).toPrecision(8)))}`
  }

  drawSide(body, levels, most, colour) {
    while (body.rows.length > levels.length) body.deleteRow(-1)
    levels.forEach(([price, size], index) => {
      const row = body.rows[index] ?? body.insertRow()
      const [first, second] = [row.cells[0] ?? row.insertCell(), row.cells[1] ?? row.insertCell()]
      first.textContent = numberText(price)
      second.textContent = numberText(size)
      second.style.backgroundImage = `linear-gradient(to left, var(${colour}) ${((size / most) * 100).toFixed(1)}%, transparent 0)`
    })
  }
}

const split = key => [key.slice(0, key.indexOf(':')), key.slice(key.indexOf(':') + 1)]
