/** Colour: one policy for the whole program, decided once per output. */
import { Chalk, type ChalkInstance } from 'chalk'
import type { Io, Output } from './io.js'

export type Palette = ChalkInstance

export interface ColourChoice {
  readonly noColor: boolean
}

/**
 * `--no-color`, then `FORCE_COLOR`, then `NO_COLOR`, then `TERM=dumb`, then whether the output is a terminal.
 * The level is passed to chalk explicitly because chalk itself does not read `NO_COLOR`.
 */
export function colourLevel(io: Pick<Io, 'env'>, output: Pick<Output, 'isTTY'>, choice: ColourChoice): 0 | 1 | 2 | 3 {
  if (choice.noColor) return 0
  const forced = io.env['FORCE_COLOR']
  if (forced !== undefined)
    return forced === '0' || forced === 'false' ? 0 : forced === '2' ? 2 : forced === '3' ? 3 : 1
  if ((io.env['NO_COLOR'] ?? '') !== '') return 0
  if (io.env['TERM'] === 'dumb' || output.isTTY !== true) return 0
  return io.env['COLORTERM'] === 'truecolor' ? 3 : (io.env['TERM'] ?? '').includes('256') ? 2 : 1
}

export function createPalette(io: Pick<Io, 'env'>, output: Output, choice: ColourChoice): Palette {
  return new Chalk({ level: colourLevel(io, output, choice) })
}
