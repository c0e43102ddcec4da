/** The library: what a program or a strategy may import from genesis. */
export { TranscendentalEventBus } from './session/real-time-bus.js'
export { ExchangeWebSocketHandler } from './feed/handler.js'
export { defineStrategy } from './strategies/strategy.js'
export { runStrategy } from './strategies/trial.js'
export { z } from 'zod'
