/** The exchanges genesis speaks natively, by name. */
import type { Exchange } from './exchange.js'

export const EXCHANGES: ReadonlyMap<string, Exchange> = new Map<string, Exchange>([])
