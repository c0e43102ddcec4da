/** A WebSocket client for tests: keeps what it hears and waits for what it wants. */
import WebSocket from 'ws'

/** A message as JSON brings it; a test says itself what it expects in it. */
export type Message = ReturnType<typeof JSON.parse>

export class TestClient {
  readonly heard: string[] = []
  closed: { code: number; reason: string } | undefined
  pings = 0

  private constructor(readonly socket: WebSocket) {
    socket.on('message', data => this.heard.push((data as Buffer).toString('utf8')))
    socket.on('ping', () => this.pings++)
    socket.on('error', () => undefined)
    socket.on('close', (code, reason) => (this.closed = { code, reason: reason.toString() }))
  }

  static async open(url: string): Promise<TestClient> {
    const client = new TestClient(new WebSocket(url))
    await new Promise<void>((resolve, reject) => {
      client.socket.once('open', resolve)
      client.socket.once('error', reject)
      client.socket.once('unexpected-response', (_, response) => {
        reject(
          new Error(`status ${response.statusCode ?? 0}, retry after ${response.headers['retry-after'] ?? 'never'}`),
        )
        client.socket.terminate()
      })
    })
    return client
  }

  ask(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  }

  /** What was heard, read as JSON; what is none is left out. */
  messages(): Message[] {
    return this.heard.flatMap(text => {
      try {
        return [JSON.parse(text)]
      } catch {
        return []
      }
    })
  }

  /** The first message that fits, heard already or to come. */
  async next(fits: (message: Message) => boolean): Promise<Message> {
    await until(() => this.messages().some(fits))
    return this.messages().find(fits)
  }

  close(): void {
    this.socket.terminate()
  }
}

/** Polls until the condition holds; fails after ten seconds. */
export async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('waited too long')
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}
