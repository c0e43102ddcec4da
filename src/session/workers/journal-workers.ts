/** A recording whose frames are decoded by worker threads and folded here, in the order in which they were read. */
import { GenesisError } from '../../model/errors.js'
import type { FrameOutcome } from '../../engine/boundary.js'
import type { FeedEvent } from '../../model/event.js'
import type { DataFrame, Frame } from '../../model/frame.js'
import type { JournalSource } from '../journal-source.js'
import type { RunSource } from '../run.js'
import { readFinding, type Finding } from './found-codec.js'
import { writeFrame } from './frame-codec.js'
import { PackReader, PackWriter, type Pack } from './pack.js'
import type { Predecoded } from './predecoded.js'
import { WorkerThread } from './thread.js'

/** What was read, in order: frames, events that need no decoding, and calls that belong between them. */
type Item =
  | { readonly kind: 'data'; readonly frame: DataFrame; readonly member: Member | null }
  | { readonly kind: 'frame'; readonly frame: Frame }
  | { readonly kind: 'event'; readonly event: FeedEvent }
  | { readonly kind: 'call'; readonly call: () => void }

/** Items that are handed over together and folded together. */
interface Round {
  readonly items: Item[]
  /** Workers whose findings are still out. */
  waits: number
}

interface Member {
  readonly thread: WorkerThread
  readonly writer: PackWriter
  /** Rounds handed over to it whose findings are still out, oldest first. */
  readonly asked: Round[]
  /** Findings of the rounds that are being folded, in order. */
  readonly findings: PackReader[]
}

const ROUND_ITEMS = 1_024
/** The reader waits while more than this many are on their way. */
const MOST_ROUNDS = 32

/**
 * A connection's frames go to one worker, since a decoder keeps what its connection said before; connections are shared out by
 * exchange and number. The fold itself, and with it every event and digest, is that of a run without workers.
 */
export class JournalWorkers implements RunSource {
  readonly #members: Member[]
  readonly #rounds: Round[] = []
  #open: Round = { items: [], waits: 0 }
  #isStopped = false
  #failure: Error | null = null
  #deliver: ((frame: Frame) => FrameOutcome | undefined) | null = null
  #deliverEvent: ((event: FeedEvent) => void) | null = null
  #changed: () => void = () => undefined

  constructor(
    private readonly journal: JournalSource,
    private readonly predecoded: Predecoded,
    workers: number,
  ) {
    this.#members = Array.from({ length: workers }, (_, index) => this.#hire(index, workers))
  }

  /** Called between the frames where the recording's own begins, as {@link JournalSource.onBegin}. */
  get onBegin(): () => void {
    return this.journal.onBegin
  }

  set onBegin(call: () => void) {
    this.journal.onBegin = call
  }

  /** @throws GenesisError where a worker has died, and whatever the recording or a delivery throws. */
  async run(
    deliver: (frame: Frame) => FrameOutcome | undefined,
    deliverEvent: (event: FeedEvent) => void,
  ): Promise<void> {
    this.#deliver = deliver
    this.#deliverEvent = deliverEvent
    this.#takeHooks()
    try {
      await this.journal.run(
        frame => this.#take(frame),
        event => this.#add({ kind: 'event', event }),
      )
      this.#send()
      while (this.#rounds.length > 0 && !this.#isOver()) await this.#change()
      if (this.#failure !== null) throw this.#failure
    } finally {
      await Promise.all(this.#members.map(({ thread }) => thread.end()))
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#changed()
    await this.journal.stop()
  }

  /** What the reader calls between its batches comes in order here, and it waits where too much is on its way. */
  #takeHooks(): void {
    const { onBegin: begin, hold } = this.journal
    this.journal.onBegin = () => this.#add({ kind: 'call', call: begin })
    this.journal.hold = () => {
      this.#send()
      return this.#rounds.length > MOST_ROUNDS ? this.#room().then(() => hold() ?? undefined) : hold()
    }
  }

  async #room(): Promise<void> {
    while (this.#rounds.length > MOST_ROUNDS / 2 && !this.#isOver()) await this.#change()
  }

  #isOver(): boolean {
    return this.#isStopped || this.#failure !== null
  }

  #change(): Promise<void> {
    return new Promise(resolve => (this.#changed = resolve))
  }

  #take(frame: Frame): undefined {
    if (frame.kind === 'data') {
      // What was understood while it was read needs no decoder.
      const member = frame.known === undefined ? this.#memberOf(frame) : null
      if (member !== null) writeFrame(frame, member.writer)
      this.#add({ kind: 'data', frame, member })
    } else {
      // Decoders forget when their connection begins anew.
      if (frame.kind === 'link') writeFrame(frame, this.#memberOf(frame).writer)
      this.#add({ kind: 'frame', frame })
    }
    return undefined
  }

  #add(item: Item): void {
    const { items } = this.#open
    if (items.push(item) >= ROUND_ITEMS) this.#send()
    // A recording that is replayed at its own pace waits between frames: what was read before must not wait with it.
    else if (items.length === 1) setImmediate(() => this.#send())
  }

  #send(): void {
    const round = this.#open
    if (round.items.length === 0 || this.#isOver()) return
    this.#open = { items: [], waits: 0 }
    for (const { writer, asked, thread } of this.#members) {
      if (writer.isEmpty) continue
      round.waits++
      asked.push(round)
      thread.say({ kind: 'pack', pack: writer.take() })
    }
    this.#rounds.push(round)
    this.#foldReady()
  }

  #hear(member: Member, pack: Pack): void {
    const round = member.asked.shift()
    if (round === undefined) return
    const findings = new PackReader(pack)
    if (!findings.isAtEnd) member.findings.push(findings)
    round.waits--
    this.#foldReady()
  }

  #foldReady(): void {
    try {
      while (this.#rounds[0]?.waits === 0 && !this.#isOver()) this.#fold(this.#rounds.shift()?.items ?? [])
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)))
    }
    this.#changed()
  }

  #fold(items: readonly Item[]): void {
    for (const item of items) {
      if (this.#isStopped) return
      if (item.kind === 'data') {
        this.predecoded.put(item.frame.data, item.member === null ? null : nextOf(item.member))
        this.#deliver?.(item.frame)
      } else if (item.kind === 'frame') this.#deliver?.(item.frame)
      else if (item.kind === 'event') this.#deliverEvent?.(item.event)
      else item.call()
    }
  }

  #hire(index: number, workers: number): Member {
    const thread = new WorkerThread(
      { kind: 'frames' },
      {
        heard: message => {
          if (message.kind === 'pack') this.#hear(member, message.pack)
        },
        died: why =>
          this.#fail(
            new GenesisError('worker_died', `worker ${index + 1} of ${workers} has died: ${why}`, undefined, {
              hint: 'nothing was told of frames that it had not decoded; run it again, or with --workers 0',
            }),
          ),
      },
    )
    const member: Member = { thread, writer: new PackWriter(), asked: [], findings: [] }
    return member
  }

  #fail(error: Error): void {
    this.#failure ??= error
    void this.journal.stop()
    this.#changed()
  }

  #memberOf({ exchange, line }: { readonly exchange: string; readonly line: number }): Member {
    const member = this.#members[(hashOf(exchange) + line) % this.#members.length]
    if (member === undefined) throw new RangeError('no worker')
    return member
  }
}

/** What the member found in the next of its frames. */
function nextOf({ findings }: Member): Finding {
  const [first] = findings
  if (first === undefined) throw new GenesisError('out_of_step', 'a worker has sent too few findings')
  const finding = readFinding(first)
  if (first.isAtEnd) findings.shift()
  return finding
}

/** Small and the same on every machine. */
export function hashOf(text: string): number {
  let hash = 0
  for (let index = 0; index < text.length; index++) hash = (hash * 31 + text.charCodeAt(index)) % 1_000_003
  return hash
}
