/** RealityMatrixV4 · execution context: a command is a choice of where frames come from, how fast, where orders go and what is kept. */

export interface Context {
  readonly frames: 'live' | 'journal'
  /** `real`: as they arrive; `paced`: at the recording's own times, divided by a speed; `none`: as fast as they can be read. */
  readonly pace: 'real' | 'paced' | 'none'
  readonly orders: 'none' | 'paper'
  readonly keeps: 'nothing' | 'frames'
}

export const CONTEXTS = {
  stream: { frames: 'live', pace: 'real', orders: 'none', keeps: 'nothing' },
  record: { frames: 'live', pace: 'real', orders: 'none', keeps: 'frames' },
  replay: { frames: 'journal', pace: 'paced', orders: 'none', keeps: 'nothing' },
  paper: { frames: 'live', pace: 'real', orders: 'paper', keeps: 'frames' },
  backtest: { frames: 'journal', pace: 'none', orders: 'paper', keeps: 'nothing' },
} as const satisfies Readonly<Record<string, Context>>
