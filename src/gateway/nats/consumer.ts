/** Placeholder until written. */
import type { RunSource } from '../../session/run.js'
import type { Stream } from '../../model/stream.js'
export class NatsConsumer implements RunSource {
  constructor(readonly options: { url: string; streams: readonly Stream[]; note: (text: string) => void }) {}
  run(): Promise<void> {
    return Promise.resolve()
  }
  stop(): Promise<void> {
    return Promise.resolve()
  }
}
