import { describe, expect, it } from 'vitest'
import { colourLevel } from '../../src/cli/palette.js'

const terminal = { isTTY: true }
const pipe = { isTTY: false }

describe('colourLevel', () => {
  it.each([
    ['a terminal', terminal, { TERM: 'xterm-256color' }, false, 2],
    ['a plain terminal', terminal, { TERM: 'xterm' }, false, 1],
    ['a pipe', pipe, { TERM: 'xterm-256color' }, false, 0],
    ['NO_COLOR', terminal, { TERM: 'xterm-256color', NO_COLOR: '1' }, false, 0],
    ['an empty NO_COLOR', terminal, { TERM: 'xterm', NO_COLOR: '' }, false, 1],
    ['a dumb terminal', terminal, { TERM: 'dumb' }, false, 0],
    ['FORCE_COLOR in a pipe', pipe, { FORCE_COLOR: '1' }, false, 1],
    ['FORCE_COLOR=0', terminal, { FORCE_COLOR: '0', TERM: 'xterm' }, false, 0],
    ['--no-color over FORCE_COLOR', terminal, { FORCE_COLOR: '1' }, true, 0],
  ])('%s', (_, output, env, noColor, level) => expect(colourLevel({ env }, output, { noColor })).toBe(level))
})
