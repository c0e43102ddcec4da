/** Commands to the strategies of a run, as frames carry them: written by whoever commands, read wherever the tape is played. */
import type { ControlFrame } from '../model/frame.js'
import type { Halt } from '../model/trading.js'
import type { Command } from './pipeline.js'

export const HALT_TOPIC = 'trading.halt'
export const RESUME_TOPIC = 'trading.resume'

/** What a halt blocks: new exposure, every order, or every order after all positions were closed. */
export type Blocks = Exclude<Halt['blocks'], 'none'>

/** The value of a control frame; `strategy` null is every strategy of the run. */
export interface HaltCommand {
  readonly strategy: string | null
  readonly blocks: Blocks
  readonly detail: string
}

/** @returns undefined where the frame is no command to a strategy, or is not whole. */
export function readTradingCommand(
  frame: Pick<ControlFrame, 'topic' | 'value'>,
): { readonly strategy: string | null; readonly act: Command } | undefined {
  const { strategy = null, blocks, detail } = (frame.value ?? {}) as Partial<Record<keyof HaltCommand, unknown>>
  if (strategy !== null && typeof strategy !== 'string') return undefined
  if (frame.topic === RESUME_TOPIC) return { strategy, act: desk => desk.resume() }
  if (frame.topic !== HALT_TOPIC || !isBlocks(blocks)) return undefined
  const text = typeof detail === 'string' && detail !== '' ? detail : 'stopped by command'
  return { strategy, act: desk => desk.halt(blocks, text) }
}

function isBlocks(value: unknown): value is Blocks {
  return value === 'entries' || value === 'all' || value === 'flatten'
}
