/** The messages of a recording, for an exchange in a box to play. */
import type { RecordedMessage } from '../feed/embedded/playback.js'
import { openJournal } from '../journal/reader.js'
import { exchangeTime } from './exchange-time.js'

/** Text messages in the order of the file; what was not received from an exchange is left out. */
export async function* recordedMessages(path: string, exchange: string): AsyncGenerator<RecordedMessage> {
  const reader = await openJournal(path, { exchange, onCorrupt: 'skip', timeOf: exchangeTime(exchange) })
  for await (const batch of reader.batches()) {
    for (const item of batch) {
      if (item.kind === 'data' && !item.binary) yield { time: item.receivedAt, text: item.data.toString('utf8') }
    }
  }
}
