/** The library: what a program or a strategy may import from genesis. */
export { TranscendentalEventBus } from './session/real-time-bus.js'
export { ExchangeWebSocketHandler } from './feed/handler.js'
export { startEmbeddedExchange } from './feed/embedded/embedded-exchange.js'
export { defineStrategy } from './strategies/strategy.js'
export { runStrategy } from './strategies/trial.js'
export { z } from 'zod'
export {
  DimensionalCollapseV4,
  EntanglementV4,
  EventHorizonV4,
  EvolvingConsciousInterface,
  InfiniteDensityV4,
  OmniConvergenceV4,
  OmniversalSharedMemory,
  PredictiveRecoverySystem,
  QuantumFeedbackLoop,
  QuantumTimeV4,
  QuantumTunnelV4,
  RealityMatrixV4,
  ResilientReplicationV4,
} from './lexicon.js'
