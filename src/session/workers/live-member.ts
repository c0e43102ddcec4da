/** One worker of a live run as the run sees it: its streams, its open connections, what it reported last. */
import type { Frame, LinkFrame } from '../../model/frame.js'
import type { Stream } from '../../model/stream.js'
import type { Micros } from '../../model/time.js'
import { readFinding, type Finding } from './found-codec.js'
import { readFrame } from './frame-codec.js'
import { PackReader, type Pack } from './pack.js'
import type { FeedReport, FeedSetup, FromWorker, PlainError, ToWorker } from './protocol.js'
import { WorkerThread } from './thread.js'

/** A frame with what a worker found in it. */
export interface FoundFrame {
  readonly frame: Frame
  readonly finding: Finding
  readonly member: LiveMember
  readonly isLastOfPack: boolean
}

export interface MemberEvents {
  frame(found: FoundFrame, time: Micros): void
  /** Nothing earlier will come. */
  mark(time: Micros): void
  /** Frames or a mark have come: there may be something to fold. */
  advanced(): void
  note(text: string): void
  /** Its feed has been stopped and all of it has arrived. */
  ended(): void
  failed(error: PlainError): void
  died(why: string): void
}

/** Time for a feed to close its connections in order. */
const STOP_WITHIN_MS = 5_000

export class LiveMember {
  readonly streams = new Set<Stream>()
  report: FeedReport | null = null
  everOpened = false
  /** Messages of exchanges that it brought and that were folded. */
  frames = 0
  #thread: WorkerThread | null = null
  /** Connections that are up, by their last word. */
  readonly #open = new Map<number, LinkFrame>()
  #askedMs: number | null = null
  #stopped: (() => void) | null = null

  constructor(
    readonly index: number,
    private readonly events: MemberEvents,
  ) {}

  get isRunning(): boolean {
    return this.#thread !== null
  }

  start(setup: FeedSetup): void {
    this.#askedMs = null
    const thread = (this.#thread = new WorkerThread(setup, {
      heard: message => {
        if (thread === this.#thread) this.#hear(message)
      },
      died: why => {
        this.#thread = null
        this.#stopped?.()
        this.events.died(why)
      },
    }))
  }

  say(message: ToWorker): void {
    this.#thread?.say(message)
  }

  /** Asks up to when everything has been sent, once until the answer comes. */
  ask(nowMs: number): void {
    if (this.#askedMs !== null || this.#thread === null) return
    this.#askedMs = nowMs
    this.say({ kind: 'mark' })
  }

  /** How long an answer has been due. */
  silentMs(nowMs: number): number {
    return this.#askedMs === null ? 0 : nowMs - this.#askedMs
  }

  /** One of its frames has been folded. */
  folded({ frame, isLastOfPack }: FoundFrame): void {
    if (frame.kind === 'data') this.frames++
    if (isLastOfPack) this.say({ kind: 'taken', packs: 1 })
  }

  kill(why: string): void {
    this.#askedMs = null
    this.#thread?.kill(why)
  }

  /** Ends its feed in order, or the thread where that takes too long. */
  async stop(reason: string): Promise<void> {
    const thread = this.#thread
    if (thread === null) return
    const ended = new Promise<void>(resolve => (this.#stopped = resolve))
    thread.say({ kind: 'stop', reason })
    const late = setTimeout(() => this.#stopped?.(), STOP_WITHIN_MS)
    await ended
    clearTimeout(late)
    this.#thread = null
    await thread.end()
  }

  /** What a death means to whoever listens: every connection that was up is lost. */
  lost(receivedAt: Micros, detail: string): Frame[] {
    const links = [...this.#open.values()]
    this.#open.clear()
    this.report = null
    return links.map(link => ({ ...link, receivedAt, state: 'disconnected', detail }))
  }

  #hear(message: FromWorker): void {
    switch (message.kind) {
      case 'pack':
        this.#askedMs = null
        this.#unpack(message.pack)
        this.events.mark(message.mark)
        this.events.advanced()
        break
      case 'mark':
        this.#askedMs = null
        this.events.mark(message.mark)
        this.events.advanced()
        break
      case 'trouble':
        this.events.note(message.text)
        break
      case 'report':
        this.report = message.report
        break
      case 'ended':
        this.#over()
        this.events.ended()
        break
      case 'failed':
        this.#over()
        this.events.failed(message.error)
        break
    }
  }

  #over(): void {
    const thread = this.#thread
    this.#thread = null
    this.#stopped?.()
    void thread?.end()
  }

  #unpack(pack: Pack): void {
    const reader = new PackReader(pack)
    while (!reader.isAtEnd) {
      const frame = readFrame(reader)
      if (frame.kind === 'link') this.#note(frame)
      const finding = frame.kind === 'data' ? readFinding(reader) : null
      this.events.frame({ frame, finding, member: this, isLastOfPack: reader.isAtEnd }, frame.receivedAt)
    }
  }

  #note(frame: LinkFrame): void {
    if (frame.state === 'connected') {
      this.everOpened = true
      this.#open.set(frame.line, frame)
    } else if (frame.state === 'disconnected') this.#open.delete(frame.line)
  }
}
