/** Prices on a step, for strategies that place limit orders. */
import { plainDecimal } from '../model/number.js'

/** Rounds down (bids) or up (asks) to a multiple of `step`, as a decimal with the step's own digits. */
export function onStep(price: number, step: number, direction: 'down' | 'up'): string {
  const digits = plainDecimal(step).split('.')[1]?.length ?? 0
  // A tiny allowance keeps a price that is already on the step where it is, in spite of binary fractions.
  const steps = direction === 'down' ? Math.floor(price / step + 1e-9) : Math.ceil(price / step - 1e-9)
  return (steps * step).toFixed(digits)
}
