/** When a recording begins its next file, as people write it. */
import type { RotationOptions } from '../journal/rotation.js'
import { UsageError } from '../model/errors.js'
import { MICROS_PER_SECOND, parseDuration } from '../model/time.js'

const UNITS: ReadonlyMap<string, number> = new Map([
  ['B', 1],
  ['KB', 1e3],
  ['MB', 1e6],
  ['GB', 1e9],
  ['TB', 1e12],
  ['KIB', 2 ** 10],
  ['MIB', 2 ** 20],
  ['GIB', 2 ** 30],
  ['TIB', 2 ** 40],
])
/** Smaller files would be all header. */
const SMALLEST_BYTES = 4096

/** `1h`, `100MB`, or both with a comma between: whatever comes first. @throws UsageError */
export function parseRotation(text: string): RotationOptions {
  let rotation: RotationOptions = {}
  for (const part of text.split(',')) {
    const every = parseDuration(part)
    const bytes = every === undefined ? parseSize(part) : undefined
    if (every !== undefined && every >= MICROS_PER_SECOND) rotation = { ...rotation, every }
    else if (bytes !== undefined && bytes >= SMALLEST_BYTES) rotation = { ...rotation, bytes }
    else {
      throw new UsageError(
        'option',
        `--rotate ${JSON.stringify(text)}: expected a time from 1s or a size from 4KiB, such as 1h, 100MB or 1h,100MB`,
      )
    }
  }
  return rotation
}

/** Bytes; undefined where the text is no size with a unit. */
function parseSize(text: string): number | undefined {
  const [, amount, unit = ''] = /^(\d{1,9}(?:\.\d{1,3})?)\s?([kmgt]?i?b)$/i.exec(text) ?? []
  const factor = UNITS.get(unit.toUpperCase())
  return amount === undefined || factor === undefined ? undefined : Math.floor(Number(amount) * factor)
}
