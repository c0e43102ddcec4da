/** Opens the page: token, socket, panels, keys. */
/* global confirm, setTimeout, setInterval */
import { Connection } from './connection.js'
import { MarketView } from './market.js'
import { log, showConnections, showMechanisms, showStreams, showTrading, tone } from './panels.js'
import { byId } from './text.js'

class Page {
  constructor() {
    this.market = null
    this.connection = new Connection({
      live: () => {
        setLink('live', 'live')
        void this.market.choose()
      },
      lost: seconds => setLink('lost', `server lost, trying again in ${seconds} s`),
      event: event => take(event, this.market),
    })
    byId('kill').addEventListener('click', () => {
      if (confirm('Close every position and stop all trading?')) this.command('/api/kill')
    })
    byId('resume').addEventListener('click', () => this.command('/api/resume'))
    byId('entry').addEventListener('submit', submit => {
      submit.preventDefault()
      this.connection.useToken(byId('token').value.trim())
      void this.enter()
    })
    void this.enter()
  }

  command(path) {
    this.connection.ask(path, { method: 'POST', body: '{}' }).then(
      ({ blocks, strategies }) => {
        const what = blocks === 'none' ? 'trading again' : `blocked (${blocks})`
        log(Date.now() * 1000, `${strategies.join(', ')}: ${what}`)
      },
      error => log(Date.now() * 1000, error.message, 'fall'),
    )
  }

  async enter() {
    if (!this.connection.token) return askForToken('')
    try {
      const { command } = await this.connection.ask('/api/account')
      byId('run').textContent = command
    } catch (error) {
      if (error.status === 401) return askForToken('That token was refused.')
      if (error.status === 429) return askForToken(error.message)
      setLink('lost', 'no answer, trying again')
      setTimeout(() => this.enter(), 1000)
      return
    }
    byId('entry').hidden = true
    byId('board').hidden = false
    if (this.market !== null) return
    this.market = new MarketView(this.connection)
    this.connection.open(['trade.*', 'book.*', 'status.*', 'fill.*', 'halt.*', 'refusal.*'])
    setInterval(() => this.market.stale && this.market.drawBook(), 200)
    void this.poll()
  }

  /** Panels keep what they showed while the server is away. */
  async poll() {
    try {
      const paths = ['streams', 'connections', 'strategies', 'positions', 'orders', 'mechanisms']
      const answers = paths.map(path => this.connection.ask(`/api/${path}`))
      const [streams, connections, strategies, positions, orders, mechanisms] = await Promise.all(answers)
      this.market.offer(streams.symbols)
      showStreams(streams)
      showConnections(connections)
      showTrading(strategies, positions, orders, path => this.command(path))
      showMechanisms(mechanisms)
    } catch (error) {
      if (error.status === 401) askForToken('The server has another token now.')
    }
    setTimeout(() => this.poll(), 1000)
  }
}

function take(event, market) {
  switch (event.type) {
    case 'trade':
      market.trade(event)
      break
    case 'book':
      market.book(event)
      break
    case 'fill':
      market.fill(event)
      log(event.time, `${event.strategy} ${event.side} ${event.size} ${event.symbol} at ${event.price}`)
      break
    case 'status':
      if (event.state === 'gap' && /@(book|depth)/i.test(event.stream)) market.forgetBooks(event.exchange)
      log(
        event.time,
        `${event.exchange}:${event.stream} ${event.state}${event.detail.startsWith(event.state) ? event.detail.slice(event.state.length) : ` ${event.detail}`}`,
        tone(event.state),
      )
      break
    case 'halt':
      log(
        event.time,
        `${event.strategy} ${event.blocks === 'none' ? 'trades again' : `blocked (${event.blocks})`}: ${event.detail}`,
        'warn',
      )
      break
    case 'refusal':
      log(event.time, `${event.strategy} refused: ${event.code} ${event.detail}`, 'warn')
      break
  }
}

function setLink(state, text) {
  const link = byId('link')
  link.dataset.state = state
  link.textContent = text
}

function askForToken(problem) {
  byId('board').hidden = true
  byId('entry').hidden = false
  byId('entry-problem').textContent = problem
  setLink('waiting', 'token needed')
  byId('token').focus()
}

new Page()
