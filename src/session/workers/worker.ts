/** A worker thread of a run: decodes what the run reads, or keeps connections of its own and decodes what they bring. */
import { parentPort, workerData } from 'node:worker_threads'
import { findExchange } from '../../exchanges/registry.js'
import { FeedWorker } from './feed-worker.js'
import { writeFinding } from './found-codec.js'
import { readFrame } from './frame-codec.js'
import { FrameDecoding } from './frame-decoding.js'
import { PackReader, PackWriter, transferOf, type Pack } from './pack.js'
import type { FromWorker, ToWorker, WorkerSetup } from './protocol.js'

function say(message: FromWorker): void {
  parentPort?.postMessage(message, message.kind === 'pack' ? transferOf(message.pack) : [])
}

/** @returns as many findings as there are data frames. */
function decodeAll(decoding: FrameDecoding, pack: Pack, writer: PackWriter): Pack {
  const frames = new PackReader(pack)
  while (!frames.isAtEnd) {
    const frame = readFrame(frames)
    const { finding } = decoding.decode(frame)
    if (frame.kind === 'data') writeFinding(finding, writer)
  }
  return writer.take()
}

const setup = workerData as WorkerSetup
if (setup.kind === 'feed') {
  const feed = new FeedWorker(setup, say)
  parentPort?.on('message', (message: ToWorker) => feed.hear(message))
  feed.run()
} else {
  const decoding = new FrameDecoding(exchange => findExchange(exchange).decoder())
  const writer = new PackWriter()
  parentPort?.on('message', (message: ToWorker) => {
    if (message.kind === 'pack') say({ kind: 'pack', pack: decodeAll(decoding, message.pack, writer), mark: 0 })
  })
}
