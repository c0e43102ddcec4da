/** Messages that no decoder may accept, made from one that it would. */
import type { Random } from '../../engine/random.js'

const KINDS: readonly ((text: string, random: Random) => string | Buffer)[] = [
  // Cut somewhere inside, as a broken proxy does it.
  (text, random) => text.slice(0, random.int(1, Math.max(1, text.length - 1))),
  () => '<html><body>502 Bad Gateway</body></html>',
  () => '{"e":"trade","E":"yesterday","p":NaN}',
  () => '',
  () => '{"e":"trade","s":"\u001b[2J","t":',
  (_, random) => Buffer.from(Array.from({ length: 24 }, () => random.int(128, 255))),
  (text, random) => text.replace(/[{[]/, '').slice(random.int(0, 1)),
]

export function garbageFor(text: string, random: Random): string | Buffer {
  return random.pick(KINDS)(text, random)
}
