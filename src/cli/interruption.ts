/** Ctrl-C: the first one asks for an orderly end, the second one leaves at once. */
import { EXIT } from '../model/errors.js'
import type { Io } from './io.js'

/** What `run` calls to hear of it. */
export function interruption(io: Io): (listener: () => void) => () => void {
  return listener => {
    let asked = false
    return io.onInterrupt(() => {
      if (asked) {
        io.stderr.write('\nleft at once; what was not yet written is lost\n')
        io.leave(EXIT.interrupted)
      }
      asked = true
      listener()
    })
  }
}
