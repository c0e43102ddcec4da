/** Notices where the times that an exchange claims and those of this machine are further apart than any line delays a message. */
import type { Micros } from '../model/time.js'
import { MICROS_PER_SECOND } from '../model/time.js'

const WORTH_TELLING: Micros = 60 * MICROS_PER_SECOND
/** Looks in a row with news, each of them so far off: a stream may begin with what is old. */
const IN_A_ROW = 3

export class SkewWatch {
  private readonly rows = new Map<string, number>()
  private readonly told = new Set<string>()

  /**
   * @param delay received less the time that the newest message of a stream claims; negative where it claims the future.
   * @returns whether it is time to tell, which is once for each exchange.
   */
  saw(exchange: string, stream: string, delay: Micros): boolean {
    if (this.told.has(exchange)) return false
    const key = `${exchange}\n${stream}`
    const row = Math.abs(delay) > WORTH_TELLING ? (this.rows.get(key) ?? 0) + 1 : 0
    this.rows.set(key, row)
    if (row < IN_A_ROW) return false
    this.told.add(exchange)
    this.rows.clear()
    return true
  }
}

/** What a user should know of it. */
export function skewText(exchange: string, delay: Micros): string {
  const seconds = Math.abs(delay / MICROS_PER_SECOND).toFixed(1)
  return `${exchange}: its times are ${seconds}s ${delay < 0 ? 'ahead of' : 'behind'} the clock of this machine; latencies mean nothing until one of the two is set right`
}
