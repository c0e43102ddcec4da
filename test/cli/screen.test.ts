import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Screen } from '../../src/cli/screen.js'
import { FakeTerminal } from '../support/terminal.js'

const line = fc.stringMatching(/^[ -Z\]-~]{0,20}$/).map(text => text.trimEnd())

describe('Screen', () => {
  it('shows exactly the last picture, whatever came before', () => {
    fc.assert(
      fc.property(fc.array(fc.array(line, { maxLength: 12 }), { minLength: 1, maxLength: 8 }), pictures => {
        const terminal = new FakeTerminal(80, 10)
        const screen = new Screen(terminal)
        screen.open()
        for (const picture of pictures) screen.draw(picture)
        const expected = pictures.at(-1)!.slice(0, 10)
        const shown = terminal.screen
        for (let row = 0; row < Math.max(shown.length, expected.length); row++) {
          expect(shown[row] ?? '').toBe(expected[row] ?? '')
        }
      }),
    )
  })

  it('writes nothing where nothing changed, and only the changed line where one did', () => {
    const terminal = new FakeTerminal()
    const screen = new Screen(terminal)
    screen.open()
    screen.draw(['one', 'two', 'three'])
    const before = terminal.writes.length
    screen.draw(['one', 'two', 'three'])
    expect(terminal.writes).toHaveLength(before)
    const raw = terminal.raw.length
    screen.draw(['one', 'TWO', 'three'])
    expect(terminal.raw.slice(raw)).toContain('TWO')
    expect(terminal.raw.slice(raw)).not.toContain('three')
  })

  it('draws every frame inside a synchronised update, in one write', () => {
    const terminal = new FakeTerminal()
    const screen = new Screen(terminal)
    screen.open()
    const before = terminal.writes.length
    screen.draw(['a', 'b'])
    expect(terminal.writes).toHaveLength(before + 1)
    expect(terminal.raw).toMatch(/\u001b\[\?2026h[^]*\u001b\[\?2026l$/)
  })

  it('draws everything anew after a resize', () => {
    const terminal = new FakeTerminal(80, 24)
    const screen = new Screen(terminal)
    screen.open()
    screen.draw(['one', 'two'])
    const raw = terminal.raw.length
    terminal.resize(60, 12)
    screen.draw(['one', 'two'])
    expect(terminal.raw.slice(raw)).toContain('one')
  })

  it('leaves the last picture in the scrollback and the cursor visible', () => {
    const terminal = new FakeTerminal()
    const screen = new Screen(terminal)
    screen.open()
    screen.draw(['live'])
    screen.close(['last picture'])
    expect(terminal.screen).toEqual(['last picture', ''])
    expect(terminal.raw).toMatch(/\u001b\[\?25h\u001b\[\?1049l/)
    screen.draw(['after the end'])
    expect(terminal.screen).toEqual(['last picture', ''])
  })
})
