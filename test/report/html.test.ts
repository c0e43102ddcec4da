import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { escapeText, html, jsonForScript, trusted } from '../../src/report/html.js'

/** Code units of every kind, those that matter more often. */
const unit = fc.oneof(fc.constantFrom('<', '>', '"', "'", '&', '\0', '\u202e', '\u2066', '\ud800'), fc.nat({ max: 0xffff }).map(code => String.fromCharCode(code))) // prettier-ignore
const anyText = fc.array(unit, { maxLength: 40 }).map(units => units.join(''))

describe('html', () => {
  it('escapes what is put in and leaves what it made', () => {
    const inner = html`<b>${'a & b'}</b>`
    expect(html`<p title="${'"quoted"'}">${inner}${['<i>', 2, null, undefined]}</p>`.text).toBe(
      '<p title="&quot;quoted&quot;"><b>a &amp; b</b>&lt;i&gt;2</p>',
    )
    expect(html`${trusted('<hr>')}`.text).toBe('<hr>')
  })

  it('leaves no character that could open a tag, end an attribute or deceive the eye', () => {
    fc.assert(
      fc.property(anyText, text => {
        const escaped = escapeText(text)
        expect(escaped).not.toMatch(/[<>"'\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/)
        expect(escaped.replace(/&(?:amp|lt|gt|quot|#39);/g, '')).not.toContain('&')
      }),
    )
    expect(escapeText('a\u202eb\u0000')).toBe('a\\u{202e}b\\u{0}')
  })

  it('keeps letters of every script', () => {
    expect(escapeText('比特币 ₿ é 😀')).toBe('比特币 ₿ é 😀')
  })
})

describe('jsonForScript', () => {
  it('holds no < and reads back as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        const text = jsonForScript({ value, evil: '</script><!--' })
        expect(text).not.toContain('<')
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify({ value, evil: '</script><!--' })))
      }),
    )
  })
})
