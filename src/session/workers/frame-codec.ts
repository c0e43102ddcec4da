/** Frames into a pack and out again: an exchange's bytes as they are, everything else whole. */
import type { Frame } from '../../model/frame.js'
import type { PackReader, PackWriter } from './pack.js'

const DATA = 0
const TEXT = 0
const BINARY = 1
const OTHER = 1

export function writeFrame(frame: Frame, pack: PackWriter): void {
  if (frame.kind !== 'data') {
    pack.number(OTHER)
    pack.object(frame)
    return
  }
  pack.number(DATA)
  pack.number(frame.receivedAt)
  pack.name(frame.exchange)
  pack.number(frame.line)
  pack.number(frame.binary ? BINARY : TEXT)
  pack.data(frame.data)
}

export function readFrame(pack: PackReader): Frame {
  if (pack.number() !== DATA) return pack.object() as Frame
  const [receivedAt, exchange, line] = [pack.number(), pack.text(), pack.number()]
  const binary = pack.number() === BINARY
  return { kind: 'data', receivedAt, exchange, line, data: pack.data(), binary }
}
