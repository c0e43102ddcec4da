/** The page's way to its server: questions over HTTP, events over a socket that comes back by itself. */
/* global location, history, sessionStorage, fetch, WebSocket, setTimeout, clearTimeout */
export class Connection {
  constructor(handlers) {
    this.handlers = handlers
    this.token = Connection.storedToken()
    this.sequence = null
    this.epoch = null
    this.attempts = 0
    this.socket = null
  }

  /** From the address's fragment, which never leaves the browser, else from this tab's memory. */
  static storedToken() {
    const given = /(?:^#|&)token=([^&]+)/.exec(location.hash)?.[1]
    if (given) {
      sessionStorage.setItem('genesis.token', decodeURIComponent(given))
      history.replaceState(null, '', location.pathname)
    }
    return sessionStorage.getItem('genesis.token')
  }

  useToken(token) {
    sessionStorage.setItem('genesis.token', token)
    this.token = token
  }

  async ask(path, options = {}) {
    const response = await fetch(path, {
      ...options,
      headers: {
        Authorization: `Bearer ${this.token}`,
        ...(options.body ? { 'Content-Type': 'application/json' } : {}),
      },
    })
    const answer = await response.json().catch(() => null)
    if (!response.ok) {
      const error = new Error(answer?.error?.message ?? `HTTP ${response.status}`)
      error.status = response.status
      throw error
    }
    return answer
  }

  open(topics) {
    this.topics = topics
    this.connect()
  }

  connect() {
    const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/events`, [
      'genesis.v1',
      `genesis.token.${this.token}`,
    ])
    this.socket = socket
    const quiet = () => setTimeout(() => socket.close(), 5000)
    let watchdog = quiet()
    socket.onmessage = ({ data }) => {
      clearTimeout(watchdog)
      watchdog = quiet()
      for (const line of data.split('\n')) this.hear(JSON.parse(line))
    }
    socket.onclose = () => {
      clearTimeout(watchdog)
      if (this.socket !== socket) return
      const waitMs = Math.min(5000, 250 * 2 ** this.attempts++) * (0.75 + Math.random() / 2)
      this.handlers.lost(Math.ceil(waitMs / 1000))
      setTimeout(() => this.connect(), waitMs)
    }
  }

  hear(message) {
    if (message.sequence !== undefined && message.type !== 'hello') this.sequence = message.sequence
    if (message.event) this.handlers.event(message.event)
    else if (message.type === 'hello') this.greet(message)
    else if (message.type === 'subscribed') this.handlers.live(message.resumed)
    else if (message.type === 'snapshot') for (const event of message.events) this.handlers.event(event)
  }

  greet({ epoch }) {
    this.attempts = 0
    const resume = this.epoch === epoch && this.sequence !== null ? { from: this.sequence, epoch } : {}
    this.epoch = epoch
    this.socket.send(JSON.stringify({ op: 'subscribe', topics: this.topics, policy: 'latest', ...resume }))
  }
}
