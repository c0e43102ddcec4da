/** The directory of a paper run: what it was set up with, its tape, and how it ended. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { messageOf, UsageError } from '../model/errors.js'
import type { Summary } from './summary.js'
import type { TapeRequest } from './tape-run.js'
import { tradingOptionsSchema } from './trading-plan.js'

const CONFIGURATION = 'session.json'
const TAPE = 'tape.jsonl'
const RESULT = 'result.json'

const configurationSchema = z.object({
  genesis: z.literal('session'),
  version: z.literal(1),
  /** Microseconds since 1970. */
  created: z.int(),
  software: z.string(),
  streams: z.array(z.string()),
  lines: z.union([z.literal(1), z.literal(2)]),
  trading: tradingOptionsSchema,
  /** Where the run trades recordings: they are its tape. */
  source: z
    .object({ paths: z.array(z.string()).min(1).readonly(), exchange: z.string(), onCorrupt: z.enum(['stop', 'skip']) })
    .exactOptional(),
  /** Where the run got events from another process: they are its tape, and what came after it ended is not to be had. */
  followed: z.string().exactOptional(),
})

/** All that a run needs to be done again from its tape. */
export type SessionConfiguration = z.infer<typeof configurationSchema>

export class SessionFiles {
  constructor(readonly directory: string) {}

  get tape(): string {
    return join(this.directory, TAPE)
  }

  /** @throws UsageError where the directory holds a run already or cannot be made. */
  create(configuration: SessionConfiguration): void {
    if (existsSync(join(this.directory, CONFIGURATION))) {
      throw new UsageError('session_exists', `${this.directory} holds a session already`, {
        hint: `continue it with: genesis paper --resume ${this.directory}`,
      })
    }
    try {
      mkdirSync(this.directory, { recursive: true })
      this.#write(CONFIGURATION, configuration)
    } catch (error) {
      throw new UsageError('session', `${this.directory}: ${messageOf(error)}`, { hint: 'name another with --session' })
    }
  }

  /** @throws UsageError where the directory holds no session, or one that this version cannot read. */
  read(): SessionConfiguration {
    const path = join(this.directory, CONFIGURATION)
    let parsed: unknown
    try {
      parsed = JSON.parse(readFileSync(path, 'utf8'))
    } catch (error) {
      throw new UsageError('session', `${this.directory} is no session: ${messageOf(error)}`, {
        hint: 'name the directory that genesis paper told, such as sessions/2026-…',
      })
    }
    const checked = configurationSchema.safeParse(parsed)
    if (checked.success) return checked.data
    throw new UsageError('session', `${path}: ${checked.error.issues[0]?.message ?? 'not understood'}`, {
      hint: 'it was written by another version of genesis, or changed',
    })
  }

  /** What the run folds: the recordings it trades, else what it has recorded itself. */
  tapeOf({ source, streams }: SessionConfiguration): TapeRequest {
    return source === undefined
      ? { paths: [this.tape], exchange: 'binance', onCorrupt: 'stop' }
      : { ...source, streams }
  }

  /** Frames after which the run ended: all of its own tape; of recordings it traded, what it had seen when it was stopped. */
  framesSeen({ source }: SessionConfiguration): number {
    const result = this.readResult()
    return source === undefined || result === undefined || result.ended === 'end' ? Infinity : result.frames
  }

  /** The run goes on: how it once ended says nothing any more. */
  forgetResult(): void {
    rmSync(join(this.directory, RESULT), { force: true })
  }

  writeResult(summary: Summary): void {
    this.#write(RESULT, summary)
  }

  /** How the run ended; undefined where it did not end in order. */
  readResult(): Summary | undefined {
    const path = join(this.directory, RESULT)
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Summary) : undefined
  }

  /** Whole or not at all, whenever the process dies. */
  #write(name: string, content: object): void {
    const path = join(this.directory, name)
    writeFileSync(`${path}.new`, `${JSON.stringify(content, null, 2)}\n`)
    renameSync(`${path}.new`, path)
  }
}

export function isSession(path: string): boolean {
  return existsSync(join(path, CONFIGURATION))
}
