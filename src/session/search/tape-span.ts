/** From when to when a recording reaches: read through once, without decoding anything. */
import { GenesisError } from '../../model/errors.js'
import { JournalSource } from '../journal-source.js'
import { unpaced } from '../pace.js'
import type { TapeRequest } from '../tape-run.js'
import type { Span } from './walk-forward.js'

/** @throws GenesisError where the recording, or the window that was asked for, is empty. */
export async function spanOf({ paths, exchange, from, to, onCorrupt }: TapeRequest): Promise<Span> {
  const source = await JournalSource.open({
    paths,
    exchange,
    onCorrupt,
    pace: unpaced(() => performance.now()),
    stdin: emptyInput(),
  })
  let first = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  for await (const batch of source.batches()) {
    for (const { receivedAt } of batch) {
      if (receivedAt < (from ?? receivedAt) || receivedAt > (to ?? receivedAt)) continue
      if (receivedAt < first) first = receivedAt
      if (receivedAt > last) last = receivedAt
    }
  }
  if (first > last) throw new GenesisError('empty', `${paths.join(', ')}: nothing to walk through`)
  return { from: first, to: last }
}

// eslint-disable-next-line @typescript-eslint/require-await -- an empty stream is still a stream
async function* emptyInput(): AsyncGenerator<Uint8Array> {
  yield* []
}
