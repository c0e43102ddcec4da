/** Text from outside made harmless for a terminal: what could steer it becomes a visible escape. */

/** C0 and C1 controls, DEL, direction overrides and isolates, zero-width and tag characters, lone surrogates. */
const STEERING =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udc7f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** The text with every steering character as `\u{…}`. Everything else, letters of any script included, stays as it is. */
export function safe(text: string): string {
  return text.replace(STEERING, character => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
}
