/** A sign of life on stderr until the first data comes. */
import type { Stream } from '../model/stream.js'
import type { Session } from '../session/session.js'
import { FEED_EVENTS } from '../session/events.js'
import type { CommandInput } from './command.js'

export interface Spinner {
  stop(): void
}

const STILL: Spinner = { stop: () => undefined }

/** Spins only where stderr is a terminal and stdout is not, for a table shows its own waiting rows. */
export function connecting({ io, options }: CommandInput, streams: readonly Stream[], session: Session): Spinner {
  if (options.quiet === true || io.stderr.isTTY !== true || io.stdout.isTTY === true) return STILL
  const names = [...new Set(streams.map(stream => stream.exchange))].join(', ')
  let stopped = false
  let stop = (): void => {
    stopped = true
  }
  void import('ora').then(({ default: ora }) => {
    if (stopped) return
    const spinner = ora({
      text: `connecting to ${names}`,
      discardStdin: false,
    }).start()
    stop = () => spinner.stop()
  })
  for (const type of FEED_EVENTS) {
    if (type !== 'status') session.bus.once(type, () => stop(), { componentId: 'spinner' })
  }
  return { stop: () => stop() }
}
