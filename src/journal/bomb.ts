/** Keeps a small file from filling the memory or the disk when it is unpacked. */
import { EXIT, GenesisError } from '../model/errors.js'

const RATIO = 200
const SIZE = 64 * 1024 * 1024

/** @throws GenesisError `bomb` where more than 64 MiB have come out of a two-hundredth of that. */
export function refuseBomb(packed: number, unpacked: number): void {
  if (unpacked <= SIZE || unpacked / packed <= RATIO) return
  throw new GenesisError(
    'bomb',
    `refused: ${packed} packed bytes have unpacked to ${unpacked} already, more than ${RATIO} times as many`,
    EXIT.failed,
    { hint: 'unpack it yourself if you trust it' },
  )
}
