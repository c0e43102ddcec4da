/** A recording whose future is wrong: as it is up to a moment, with every price and size after it multiplied. */
import { createReadStream, createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import type { Micros } from '../../model/time.js'

export interface Poison {
  /** The last moment that stays true. */
  readonly after: Micros
  /** Lines that stay true, where lines do not say when they were received. */
  readonly lines: number
  readonly factor: number
}

/** Writes the poisoned copy, packed as the original is (plain or gzip). */
export async function writePoisoned(original: string, copy: string, poison: Poison): Promise<void> {
  const packed = await isGzip(original)
  const input = createReadStream(original)
  const lines = createInterface({ input: packed ? input.pipe(createGunzip()) : input, crlfDelay: Infinity })
  const output = createWriteStream(copy)
  async function* poisoned(): AsyncGenerator<string> {
    let number = 0
    for await (const line of lines) yield `${poisonedLine(line, number++, poison)}\n`
  }
  if (packed) await pipeline(poisoned, createGzip({ level: 1 }), output)
  else await pipeline(poisoned, output)
}

const RECEIVED = /"t":(\d{16})\b/

export function poisonedLine(line: string, number: number, { after, lines, factor }: Poison): string {
  const [, received] = RECEIVED.exec(line) ?? []
  const isTrue = received === undefined ? number < lines : Number(received) <= after
  return isTrue
    ? line
    : line.replace(FRACTION, (text, clock?: string) => (clock === undefined ? scaled(text, factor) : text))
}

/** Times of day are matched first and left alone; then decimal fractions, which is what prices and sizes are written as. */
const FRACTION = /(\d\d:\d\d:\d\d\.\d+)|(?<!\d)\d+\.\d+/g

/** With as many decimals as before, so that everything still parses. */
function scaled(text: string, factor: number): string {
  const decimals = text.length - text.indexOf('.') - 1
  return (Number(text) * factor).toFixed(Math.min(decimals, 18))
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0)
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b
  } finally {
    await file.close()
  }
}
