/** Hand-made recordings of one exchange, folded in a session. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Frame } from '../../../src/model/frame.js'
import { Session } from '../../../src/session/session.js'
import type { FoldOptions } from '../../../src/session/proof/fold.js'

export const SECOND = 1_000_000
export const BEGAN = 1_732_400_000 * SECOND

const folder = mkdtempSync(join(tmpdir(), 'genesis-test-fold-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

export function at(seconds: number): number {
  return BEGAN + Math.round(seconds * SECOND)
}

export function header(streams: readonly string[] = ['binance:btcusdt@trade']): string {
  return JSON.stringify({ genesis: 'recording', version: 1, created: BEGAN, streams })
}

export function link(seconds: number, status: string, detail = '', streams = ['btcusdt@trade']): string {
  return JSON.stringify({ t: at(seconds), c: 'binance', status, streams, detail })
}

export function tradeText(seconds: number, id: number, price = '100', size = '1'): string {
  const time = Math.round(at(seconds) / 1000)
  return `{"stream":"btcusdt@trade","data":{"e":"trade","E":${time},"s":"BTCUSDT","t":${id},"p":"${price}","q":"${size}","T":${time},"m":true,"M":true}}`
}

export function trade(seconds: number, id: number, price?: string): string {
  return `{"t":${at(seconds)},"c":"binance","d":${tradeText(seconds, id, price)}}`
}

export function snapshot(seconds: number, id: number): string {
  return `{"t":${at(seconds)},"c":"binance","d":{"stream":"btcusdt@depthSnapshot","generated":true,"data":{"lastUpdateId":${id},"bids":[["100","1"]],"asks":[["101","2"]]}}}`
}

export function delta(seconds: number, id: number, size = '5'): string {
  return `{"t":${at(seconds)},"c":"binance","d":{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":${Math.round(at(seconds) / 1000)},"s":"BTCUSDT","U":${id},"u":${id},"b":[["100","${size}"]],"a":[]}}}`
}

export function recording(name: string, lines: readonly string[]): string {
  const path = join(folder, name)
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}

export const OPTIONS: FoldOptions = { exchange: 'binance', onCorrupt: 'skip', stdin: emptyInput(), streams: [] }

// eslint-disable-next-line @typescript-eslint/require-await -- an empty stream is still a stream
async function* emptyInput(): AsyncGenerator<Uint8Array> {
  yield* []
}

export function createSession(): Session {
  return new Session({ command: 'test', streams: [], feed: null, keepDeadLetter: () => undefined, filter: null })
}

export function dataFrame(seconds: number, text: string): Frame {
  return { kind: 'data', receivedAt: at(seconds), exchange: 'binance', line: 0, data: Buffer.from(text), binary: false }
}
