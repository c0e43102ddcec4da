/** Lines that cannot be read, kept as they stand in a file of their own: whoever mends them has lost nothing. */
import { appendFileSync } from 'node:fs'
import { EXIT, GenesisError, messageOf } from '../../model/errors.js'

const LF = Buffer.from('\n')

/** The file is made with the first line. What a packed file has lost in a damaged member has no line; its place is in the report. */
export class Quarantine {
  kept = 0

  constructor(readonly path: string) {}

  /** @throws GenesisError where it cannot be written: what was to be kept must not be dropped in silence. */
  keep(bytes: Buffer): void {
    if (bytes.length === 0) return
    try {
      appendFileSync(this.path, Buffer.concat([bytes, LF]))
    } catch (error) {
      throw new GenesisError('quarantine', `${this.path}: cannot be written: ${messageOf(error)}`, EXIT.failed, {
        hint: 'name another place with --dead-letters, or read on with --on-corrupt skip',
      })
    }
    this.kept++
  }
}
