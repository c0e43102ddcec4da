/** Reads the way Python prints bytes: `b'\x1f\x8b…'`. */

const LITERAL = /^b(['"])([\s\S]*)\1$/
const ESCAPE = /\\(?:x([0-9a-f]{2})|([\\'"nrt]))/g
const LETTERS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }

/** The bytes; undefined where the text is no such literal. */
export function pythonBytes(text: string): Buffer | undefined {
  const body = LITERAL.exec(text)?.[2]
  if (body === undefined) return undefined
  const plain = body.replace(ESCAPE, (_, hex: string | undefined, letter: string | undefined) =>
    hex === undefined ? (LETTERS[letter ?? ''] ?? letter ?? '') : String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return Buffer.from(plain, 'latin1')
}
