/** Opens the page: token, socket, panels, keys. */
/* global confirm, setTimeout, setInterval */
import { Connection } from './connection.js'
import { MarketView } from './market.js'
import { log, showConnections, showMechanisms, showStreams, showTrading, tone } from './panels.js'
import { byId } from './text.js'

function start() {
  let market = null
  const connection = new Connection({
    live: () => {
      setLink('live', 'live')
      void market.choose()
    },
    lost: seconds => setLink('lost', `server lost, trying again in ${seconds} s`),
    event: event => take(event, market),
  })
  const command = path => {
    connection.ask(path, { method: 'POST', body: '{}' }).then(
      ({ blocks, strategies }) =>
        log(
          Date.now() * 1000,
          `${strategies.join(', ')}: ${blocks === 'none' ? 'trading again' : `blocked (${blocks})`}`,
        ),
      error => log(Date.now() * 1000, error.message, 'fall'),
    )
  }
  byId('kill').addEventListener(
    'click',
    () => confirm('Close every position and stop all trading?') && command('/api/kill'),
  )
  byId('resume').addEventListener('click', () => command('/api/resume'))
  byId('entry').addEventListener('submit', submit => {
    submit.preventDefault()
    connection.useToken(byId('token').value.trim())
    void enter()
  })

  async function enter() {
    if (!connection.token) return askForToken('')
    try {
      const { command: name } = await connection.ask('/api/account')
      byId('run').textContent = name
    } catch (error) {
      if (error.status === 401) return askForToken('That token was refused.')
      if (error.status === 429) return askForToken(error.message)
      setLink('lost', 'no answer, trying again')
      setTimeout(enter, 1000)
      return
    }
    byId('entry').hidden = true
    byId('board').hidden = false
    market ??= new MarketView(connection)
    if (connection.socket === null) {
      connection.open(['trade.*', 'book.*', 'status.*', 'fill.*', 'halt.*', 'refusal.*'])
      void poll()
      setInterval(() => market.stale && market.drawBook(), 200)
    }
  }

  /** Panels keep what they showed while the server is away. */
  async function poll() {
    try {
      const paths = ['streams', 'connections', 'strategies', 'positions', 'orders', 'mechanisms']
      const [streams, connections, strategies, positions, orders, mechanisms] = await Promise.all(
        paths.map(path => connection.ask(`/api/${path}`)),
      )
      market.offer(streams.symbols)
      showStreams(streams)
      showConnections(connections)
      showTrading(strategies, positions, orders, command)
      showMechanisms(mechanisms)
    } catch (error) {
      if (error.status === 401) askForToken('The server has another token now.')
    }
    setTimeout(poll, 1000)
  }

  void enter()
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
      if (event.state === 'gap' || event.state === 'disconnected') market.forgetBooks(event.exchange)
      log(event.time, `${event.exchange}:${event.stream} ${event.state} ${event.detail}`, tone(event.state))
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

start()
