/** HTML that cannot be broken out of: whatever is put into a template is text, unless it was made by one. */

/** Text that is HTML already. Only {@link html} and {@link trusted} make it. */
export class Html {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text
  }
}

export type Content = string | number | Html | null | undefined | readonly Content[]

/** A template whose values are escaped; lists are joined, null and undefined are nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Html {
  let text = parts[0] ?? ''
  values.forEach((value, index) => {
    text += textOf(value) + (parts[index + 1] ?? '')
  })
  return new Html(text)
}

/** For what this program wrote itself: scripts and styles. */
export function trusted(text: string): Html {
  return new Html(text)
}

function textOf(value: Content): string {
  if (value === null || value === undefined) return ''
  if (value instanceof Html) return value.text
  if (typeof value === 'object') return value.map(textOf).join('')
  return escapeText(String(value))
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
])

/** Controls, overrides of the writing direction, zero-width characters, halves of a pair: they would make text look like other text. */
const DECEIVING =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udc7f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** Safe in element content and in quoted attributes. */
export function escapeText(text: string): string {
  return visible(text).replace(/[&<>"']/g, character => ESCAPES.get(character) ?? character)
}

/** The text with every deceiving character as `\u{…}`. */
export function visible(text: string): string {
  return text.replace(DECEIVING, character => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
}

/** JSON for a script element: no `<` can end it or open a comment. */
export function jsonForScript(value: unknown): string {
  return JSON.stringify(value).replace(/</g, '\\u003c')
}
