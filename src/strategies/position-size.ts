/** Parameters and signals that the signal-based strategies share. */
import { z } from 'zod'
import type { SignalRequest } from '../model/trading.js'

export const positionSize = z
  .number()
  .positive()
  .max(1e12)
  .optional()
  .describe('position in base units; left out, the sizing of the run decides')

export const orderSize = z.number().positive().max(1e12).describe('size of one order in base units')

export const goShort = z.boolean().default(false).describe('go short instead of flat; needs an account that can')

export interface SignalParameters {
  readonly size?: number | undefined
  readonly short: boolean
}

/** A signal to be long, with the parameters' size where they give one. */
export function long({ size }: SignalParameters, reason: string): SignalRequest {
  return { type: 'signal', direction: 'long', reason, ...(size === undefined ? {} : { size }) }
}

/** A signal to be out, or short where the parameters say so. */
export function out({ size, short }: SignalParameters, reason: string): SignalRequest {
  if (!short) return { type: 'signal', direction: 'flat', reason }
  return { type: 'signal', direction: 'short', reason, ...(size === undefined ? {} : { size }) }
}
