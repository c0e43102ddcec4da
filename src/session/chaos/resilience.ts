/** Trial 2, resilience: one connection, cut and silenced; what was lost meanwhile is named to the trade, and no component suffers for another. */
import { framesOf, silencesOf, storyOf, together, tradesOf } from './figures.js'
import { isPlayed, runRig } from './rig.js'
import { TAPE_CHANNELS } from './tape.js'
import type { Findings, Ground } from './trial.js'
import { abandoning, Venue } from './venue.js'

export async function tryResilience({ storm, tape: record }: Ground): Promise<Findings> {
  const tape = await record(storm)
  const venue = await Venue.play(tape, storm, 1) // prettier-ignore
  const report = await runRig({
    urls: [venue.url],
    lines: 1,
    channels: TAPE_CHANNELS,
    seconds: storm.seconds + 0.1,
    isDone: isPlayed,
  }).catch(abandoning(venue))
  const stats = await venue.stop()
  const { tradesOffered, tradesLost, tradesInLedger } = tradesOf(tape, report)
  return together(storyOf(storm, tape.messages, report), silencesOf(storm, report), framesOf(report, stats), {
    measured: {
      tradesOffered,
      tradesLost,
      tradesInLedger,
      gaps: report.summary.gaps,
      withheld: stats.withheld,
    },
    // One line cannot save what is sent while it is down; what it can do is know exactly what that was.
    required: { tradesInLedger: { equal: tradesLost } },
  })
}
