/** Runs in the reader's browser: unpacks the data of the page and draws each strategy's chart. */
/* global document, window, LightweightCharts, getComputedStyle */
;(() => {
  const run = JSON.parse(document.getElementById('run-data').textContent)
  const charts = LightweightCharts
  const redraws = []
  document.documentElement.classList.add('js')
  for (const place of document.querySelectorAll('.chart')) draw(place)
  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    for (const redraw of redraws) redraw()
  })

  function draw(place) {
    const strategy = run.strategies[Number(place.dataset.strategy)]
    const container = place.querySelector('.live')
    const select = place.querySelector('select')
    const chart = charts.createChart(container, { autoSize: true, ...looks() })
    let view = null
    const show = () => {
      if (view !== null) for (const series of view.all) chart.removeSeries(series)
      const index = select === null ? 0 : Number(select.value)
      view = fillChart(chart, strategy, run.instruments[index], strategy.fills[index])
      container.dataset.bars = String(view.bars.length)
      container.dataset.close = String(view.bars.at(-1)?.close ?? '')
      chart.timeScale().fitContent()
    }
    const paint = () => {
      const range = view === null ? null : chart.timeScale().getVisibleLogicalRange()
      chart.applyOptions(looks())
      show()
      if (range !== null) chart.timeScale().setVisibleLogicalRange(range)
    }
    paint()
    redraws.push(paint)
    select?.addEventListener('change', show)
    chart.timeScale().subscribeVisibleTimeRangeChange(range => fitMarkers(view, range))
    read(place, chart, () => view)
    steer(place, container, chart)
  }

  /** Four panes over one time axis: price with fills, equity beside holding, drawdown, exposure. */
  function fillChart(chart, strategy, instrument, fills) {
    const bars = instrument === undefined ? [] : barsOf(instrument)
    const interval = instrument?.interval ?? 1
    const grid = { interval, start: bars[0]?.time ?? 0 }
    const samples = samplesOf(strategy, grid)
    const all = []
    const add = (type, options, pane, data) => {
      const series = chart.addSeries(type, { priceLineVisible: false, ...options }, pane)
      series.setData(data)
      all.push(series)
      return series
    }
    const percent = { type: 'custom', minMove: 0.0001, formatter: value => `${(value * 100).toFixed(2)} %` }
    const decimals = instrument?.decimals ?? 2
    const price = { type: 'price', precision: decimals, minMove: 10 ** -decimals }
    const up = colour('--up')
    const down = colour('--down')
    if (run.degraded.length > 0) addDegraded(add, grid)
    const candles = add(
      charts.CandlestickSeries,
      { upColor: up, wickUpColor: up, borderUpColor: up, downColor: down, wickDownColor: down, borderDownColor: down, priceFormat: price },
      0,
      bars,
    ) // prettier-ignore
    const markers = markersOf(fills, grid, bars)
    const drawn = charts.createSeriesMarkers(candles, markers)
    add(charts.LineSeries, { color: colour('--hold'), lineWidth: 1, lineStyle: 2, title: 'holding', lastValueVisible: false, priceFormat: money(strategy) }, 1, holding(strategy, bars)) // prettier-ignore
    add(charts.LineSeries, { color: colour('--accent'), lineWidth: 2, title: 'equity', priceFormat: money(strategy) }, 1, samples.map(({ time, equity }) => ({ time, value: equity }))) // prettier-ignore
    add(charts.AreaSeries, { lineColor: down, topColor: `${down}11`, bottomColor: `${down}66`, lineWidth: 1, title: 'drawdown', priceFormat: percent }, 2, samples.map(({ time, drawdown }) => ({ time, value: -drawdown }))) // prettier-ignore
    add(charts.AreaSeries, { lineColor: colour('--hold'), topColor: `${colour('--hold')}88`, bottomColor: `${colour('--hold')}22`, lineWidth: 1, lineType: 1, title: 'exposure', priceFormat: percent }, 3, samples.map(({ time, exposure }) => ({ time, value: exposure }))) // prettier-ignore
    const shares = [6, 3, 1.6, 1.4]
    chart.panes().forEach((pane, index) => pane.setStretchFactor(shares[index] ?? 1))
    chart.timeScale().applyOptions({ timeVisible: interval < 86_400, secondsVisible: interval < 60 })
    return {
      all,
      bars,
      candles,
      markers,
      drawn,
      samples,
      interval,
      byTime: new Map(samples.map(sample => [sample.time, sample])),
    }
  }

  /** Times in which the data was bad get a background from top to bottom, with or without bars in them. */
  function addDegraded(add, grid) {
    const times = new Set()
    for (const [start, end] of run.degraded) {
      const begin = onGrid(start, grid)
      for (let time = begin; time <= end && times.size < 5_000; time += grid.interval) times.add(time)
    }
    const series = add(
      charts.HistogramSeries,
      { color: colour('--bad'), priceScaleId: 'degraded', lastValueVisible: false, priceFormat: { type: 'volume' } },
      0,
      [...times].sort((a, b) => a - b).map(time => ({ time, value: 1 })),
    )
    series.priceScale().applyOptions({ scaleMargins: { top: 0, bottom: 0 } })
  }

  function barsOf({ start, interval, decimals, steps, open, high, low, close }) {
    const scale = 10 ** decimals
    let time = start
    let last = 0
    return steps.map((step, index) => {
      time += step * interval
      const opened = last + open[index]
      last = opened + close[index]
      const top = Math.max(opened, last) + high[index]
      const bottom = Math.min(opened, last) - low[index]
      return { time, open: opened / scale, high: top / scale, low: bottom / scale, close: last / scale }
    })
  }

  /** The last equity, the deepest drawdown and the last exposure of each bar. */
  function samplesOf({ equity, startEquity }, grid) {
    const scale = 10 ** equity.decimals
    const found = []
    let time = 0
    let value = 0
    let peak = startEquity
    equity.times.forEach((step, index) => {
      time += step
      value += equity.values[index]
      const worth = value / scale
      peak = Math.max(peak, worth)
      const sample = { time: onGrid(time, grid), equity: worth, drawdown: 1 - worth / peak, exposure: equity.exposure[index] / 10_000 } // prettier-ignore
      const last = found.at(-1)
      if (last?.time === sample.time)
        found[found.length - 1] = { ...sample, drawdown: Math.max(sample.drawdown, last.drawdown) } // prettier-ignore
      else found.push(sample)
    })
    return found
  }

  /** What the opening balance would be worth in the instrument, without fees. */
  function holding({ startEquity }, bars) {
    const first = bars[0]?.open
    return first === undefined ? [] : bars.map(({ time, close }) => ({ time, value: (startEquity * close) / first }))
  }

  /** One marker for the buys and one for the sells of a bar. */
  function markersOf(fills, grid, bars) {
    if (fills === undefined) return []
    const times = new Set(bars.map(bar => bar.time))
    const seen = new Set()
    const markers = []
    let time = 0
    fills.times.forEach((step, index) => {
      time += step
      const at = onGrid(time, grid)
      const buys = fills.buys[index] === 1
      const key = `${at}${buys ? 'b' : 's'}`
      if (seen.has(key) || !times.has(at)) return
      seen.add(key)
      markers.push(
        buys
          ? { time: at, position: 'belowBar', shape: 'arrowUp', color: colour('--up') }
          : { time: at, position: 'aboveBar', shape: 'arrowDown', color: colour('--down') },
      )
    })
    return markers
  }

  /** The more of them are in view, the smaller they are, so that the price stays readable. */
  function fitMarkers(view, range) {
    if (view === null || range === null) return
    const count = view.markers.filter(({ time }) => time >= range.from && time <= range.to).length
    const size = count <= 80 ? 1 : count <= 250 ? 0.5 : 0.2
    if (size === view.size) return
    view.size = size
    view.drawn.setMarkers(view.markers.map(marker => ({ ...marker, size })))
  }

  /** What lies under the crosshair, in words under the chart. */
  function read(place, chart, current) {
    const reading = place.querySelector('.reading')
    const resting = reading.textContent
    chart.subscribeCrosshairMove(({ time, seriesData }) => {
      const view = current()
      if (time === undefined || view === null) {
        reading.textContent = resting
        return
      }
      const parts = [new Date(time * 1000).toISOString().slice(0, 19).replace('T', ' ')]
      const bar = seriesData.get(view.candles)
      if (bar !== undefined) parts.push(`open ${bar.open}, high ${bar.high}, low ${bar.low}, close ${bar.close}`)
      const sample = view.byTime.get(time)
      if (sample !== undefined) {
        parts.push(
          `equity ${sample.equity.toFixed(2)}`,
          `drawdown ${(sample.drawdown * 100).toFixed(2)} %`,
          `exposure ${(sample.exposure * 100).toFixed(1)} %`,
        )
      }
      reading.textContent = parts.join(' · ')
    })
  }

  /** The same moves by button and by key. */
  function steer(place, container, chart) {
    const scale = chart.timeScale()
    const move = (from, to) => {
      const range = scale.getVisibleLogicalRange()
      if (range === null) return
      const width = range.to - range.from
      scale.setVisibleLogicalRange({ from: range.from + from * width, to: range.to + to * width })
    }
    const moves = {
      back: () => move(-0.2, -0.2),
      on: () => move(0.2, 0.2),
      in: () => move(0.15, -0.15),
      out: () => move(-0.2, 0.2),
      all: () => scale.fitContent(),
    }
    for (const button of place.querySelectorAll('button[data-move]')) {
      button.addEventListener('click', () => moves[button.dataset.move]())
    }
    const keys = { ArrowLeft: 'back', ArrowRight: 'on', '+': 'in', '=': 'in', '-': 'out', 0: 'all', Home: 'all' }
    container.addEventListener('keydown', event => {
      const name = Object.hasOwn(keys, event.key) && !event.ctrlKey && !event.metaKey ? keys[event.key] : undefined
      if (name === undefined) return
      event.preventDefault()
      moves[name]()
    })
  }

  function looks() {
    return {
      layout: {
        background: { color: colour('--paper') },
        textColor: colour('--soft'),
        attributionLogo: false,
        panes: { separatorColor: colour('--rule') },
      },
      grid: { vertLines: { visible: false }, horzLines: { color: colour('--rule') } },
      rightPriceScale: { borderColor: colour('--rule') },
      timeScale: { borderColor: colour('--rule'), minBarSpacing: 0.002, rightOffset: 0 },
      localization: { locale: 'en-GB', dateFormat: 'yyyy-MM-dd' },
      handleScroll: { vertTouchDrag: false },
    }
  }

  function money({ startEquity }) {
    const precision = startEquity >= 100 ? 2 : startEquity >= 1 ? 4 : 8
    return { type: 'price', precision, minMove: 10 ** -precision }
  }

  function onGrid(time, { interval, start }) {
    return Math.floor((time - start) / interval) * interval + start
  }

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
  }
})()
