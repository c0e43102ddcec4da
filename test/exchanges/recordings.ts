/** Runs a decoder over the recorded frames of a shared folder: sessions, captures, fixtures and REST answers. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Decoder, Exchange } from '../../src/exchanges/exchange.js'
import { DecodeError } from '../../src/model/errors.js'
import type { Decoded } from '../../src/model/event.js'
import { hasShared, sharedDirectory, sharedLines } from '../support/shared.js'

export interface Failure {
  readonly code: string
  readonly message: string
  readonly frame: string
}

const FRAMES =
  /^(?:_session\..*\.jsonl\.gz|.*\.cap-[^/]*\.public\.jsonl|fixtures\..*\.public\.jsonl|_rest\..*\.jsonl\.gz)$/

/** Calls `each` once per file with thunks, so that nothing is decoded before the test runs. */
export function decodeRecordings(
  folder: string,
  exchange: Exchange,
  each: (file: string, failures: () => readonly Failure[], frames: () => number) => void,
): void {
  const path = join('recorded', folder)
  if (!hasShared(path)) return
  for (const file of readdirSync(join(sharedDirectory, path)).sort()) {
    if (!FRAMES.test(file) || file.includes('.meta.')) continue
    if (file.startsWith('_rest.') && exchange.book?.request === undefined) continue
    let frames: readonly string[] | undefined
    const load = (): readonly string[] => (frames ??= recordedFrames(exchange, path, file))
    each(
      file,
      () => failuresOf(exchange, load()),
      () => load().length,
    )
  }
}

/** All inbound frames of a file in order; REST answers as the frames that the adapter makes of them. */
export function recordedFrames(exchange: Exchange, path: string, file: string): readonly string[] {
  const lines = sharedLines(join(path, file))
  if (file.startsWith('_rest.')) return lines.flatMap(line => restFrame(exchange, line, file))
  const meta = join(path, file.replace(/\.jsonl(\.gz)?$/, '.meta.jsonl$1'))
  if (!file.startsWith('fixtures.') || !existsSync(join(sharedDirectory, meta))) return lines
  const directions = sharedLines(meta).map(line => (JSON.parse(line) as { dir?: string }).dir)
  return lines.filter((_, index) => directions[index] !== 'out')
}

function restFrame(exchange: Exchange, line: string, file: string): string[] {
  const { url, body_text: body } = JSON.parse(line) as { url: string; body_text: string }
  const request = exchange.book?.request
  const symbol = /[?&](?:symbol|product_id)=([^&]+)/.exec(url)?.[1] ?? /(?:hft|cf)-([a-z]+)-/.exec(file)?.[1]
  if (!request || symbol === undefined || !/depth|book|snapshot/i.test(url)) return []
  return [request.wrap(exchange.instrument(symbol)?.symbol ?? symbol, body)]
}

function failuresOf(exchange: Exchange, frames: readonly string[]): Failure[] {
  const decoder = exchange.decoder()
  return frames.flatMap(frame => failureOf(decoder, frame))
}

function failureOf(decoder: Decoder, frame: string): Failure[] {
  const out: Decoded[] = []
  try {
    decoder.decode(Buffer.from(frame), 1_700_000_000_000_000, out)
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return [{ code: error.code, message: error.message, frame }]
  }
  return out.length > 0 ? [] : [{ code: 'silent', message: 'decoded to nothing', frame: frame.slice(0, 200) }]
}
