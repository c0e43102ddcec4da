/** What every benchmark is: cases, each with contenders that do the same work in interleaved rounds. */

/** One way of doing the work of a case. */
export interface Contender {
  readonly name: string
  /**
   * Does the work once and keeps what it found from being optimised away. @returns how many units were done; with the seconds
   * they took, where the call does more than what is measured.
   */
  readonly run: () => number | Timed | Promise<number | Timed>
  /** What the work produced, in a form that all contenders share: SHA-256 in hex. Equal for equal work. */
  readonly digest: () => string | Promise<string>
  readonly close?: () => void | Promise<void>
  /** Why its digest may differ, or what it leaves out. */
  readonly note?: string
}

export interface Timed {
  readonly units: number
  readonly seconds: number
}

export interface Case {
  readonly name: string
  /** What is counted: `frames`, `events`, `bars`. */
  readonly unit: string
  /** Called once; the first contender is the one whose ratio is told, the second the one it is compared with. */
  readonly open: () => Contender[] | Promise<Contender[]>
  /** Ratios that the project sets itself, by the name of the rival. */
  readonly targets?: Readonly<Record<string, number>>
  readonly rounds?: number
  /** `time` where what matters is how long one takes and not how many there are in a second; default `rate`. */
  readonly shows?: 'rate' | 'time'
}

export interface Bench {
  readonly name: string
  /** What is measured, in one sentence. */
  readonly about: string
  readonly cases: () => Case[] | Promise<Case[]>
}
