/** Keys that steer a replay on a terminal: pause, one step, faster, slower. The terminal is left as it was found, however the run ends. */
import type { Paced, Speed } from '../feed/paced.js'
import type { CommandInput } from './command.js'
import type { Io } from './io.js'
import { printsLines } from './presentation.js'

/** Speeds that + and - go through. */
const SPEEDS: readonly Speed[] = [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 'max']
const CTRL_C = '\u0003'
const CTRL_Z = '\u001a'
const RIGHT = '\u001b[C'

/** How the replay stands, and the keys, in a line. */
export interface ReplayKeys {
  text(): string
  close(): void
}

export interface KeyboardOptions {
  readonly io: Pick<Io, 'stdin'>
  readonly pace: Pick<Paced, 'pause' | 'resume' | 'step' | 'setSpeed'>
  readonly speed: number
  /** Sends this process a signal, as the terminal would if it still read the keys. */
  readonly signal: (name: 'SIGINT' | 'SIGTSTP') => void
  /** Registers what must be done before the process ends or after it was stopped and goes on; returns how to let go. */
  readonly around: (events: { readonly exit: () => void; readonly resumed: () => void }) => () => void
}

/** @returns null where standard input is no terminal. */
export function steerReplay(options: KeyboardOptions): ReplayKeys | null {
  const { stdin } = options.io
  if (!stdin.isTTY) return null
  const steering = new Steering(options)
  const onData = (bytes: Buffer | string): void => steering.press(String(bytes))
  const raw = (on: boolean): void => void stdin.setRawMode(on)
  const letGo = options.around({ exit: () => raw(false), resumed: () => raw(true) })
  raw(true)
  stdin.on('data', onData)
  stdin.resume()
  return {
    text: () => steering.text(),
    close: () => {
      stdin.off('data', onData)
      stdin.pause()
      raw(false)
      letGo()
    },
  }
}

/** Keys for what is seen at a pace of its own on a terminal; null where there is nothing to steer or nobody to steer it. */
export function replayKeys(
  input: Pick<CommandInput, 'io' | 'options' | 'args'>,
  pace: Paced | null,
  speed: number,
): ReplayKeys | null {
  if (pace === null || printsLines(input) || input.args.includes('-')) return null
  return steerReplay({
    io: input.io,
    pace,
    speed,
    signal: name => void process.kill(process.pid, name),
    around: ({ exit, resumed }) => {
      process.on('exit', exit).on('SIGCONT', resumed)
      return () => void process.off('exit', exit).off('SIGCONT', resumed)
    },
  })
}

class Steering {
  #paused = false
  #speed: Speed

  constructor(private readonly options: KeyboardOptions) {
    this.#speed = options.speed === Infinity ? 'max' : options.speed
  }

  text(): string {
    const speed = this.#speed === 'max' ? 'full speed' : `${this.#speed}×`
    return `${this.#paused ? 'paused' : speed} · space ${this.#paused ? 'goes on' : 'pauses'} · → one step · + faster · - slower · q ends`
  }

  press(keys: string): void {
    if (keys === RIGHT || keys === 'n' || keys === '.') this.#step()
    // Keys pressed quickly arrive together.
    else for (const key of keys) this.#pressOne(key)
  }

  #pressOne(key: string): void {
    if (key === ' ') this.#toggle()
    else if (key === '+' || key === '=') this.#change(1)
    else if (key === '-' || key === '_') this.#change(-1)
    else if (key === 'q' || key === CTRL_C) this.options.signal('SIGINT')
    else if (key === CTRL_Z) {
      this.options.io.stdin.setRawMode(false)
      this.options.signal('SIGTSTP')
    }
  }

  #toggle(): void {
    this.#paused = !this.#paused
    if (this.#paused) this.options.pace.pause()
    else this.options.pace.resume()
  }

  #step(): void {
    if (!this.#paused) this.#toggle()
    this.options.pace.step()
  }

  #change(by: 1 | -1): void {
    const order = (speed: Speed): number => (speed === 'max' ? Infinity : speed)
    const others = SPEEDS.filter(speed => (order(speed) - order(this.#speed)) * by > 0)
    const next = by > 0 ? others[0] : others.at(-1)
    if (next === undefined) return
    this.#speed = next
    this.options.pace.setSpeed(next)
  }
}
