/** Trial 3, extreme load: the whole rate on two lines at once, each hit in turn, and nothing is lost. */
import { costOf, framesOf, silencesOf, storyOf, together, told, tradesOf } from './figures.js'
import { isPlayed, runRig } from './rig.js'
import { forTwoLines } from './storm.js'
import { TAPE_CHANNELS } from './tape.js'
import type { Findings, Ground } from './trial.js'
import { abandoning, Venue } from './venue.js'

export async function tryLoad(ground: Ground): Promise<Findings> {
  const storm = forTwoLines(ground.storm)
  const tape = await ground.tape(storm)
  const venue = await Venue.play(tape, storm, 2)
  const report = await runRig({
    urls: [venue.url],
    lines: 2,
    channels: TAPE_CHANNELS,
    seconds: storm.seconds + 0.1,
    isDone: isPlayed,
  }).catch(abandoning(venue))
  const stats = await venue.stop()
  const trades = tradesOf(tape, report)
  const { healed } = report.session.arbiter.stats()
  return together(
    storyOf(storm, tape.messages, report),
    told(silencesOf(storm, report)),
    framesOf(report, stats),
    costOf(report),
    {
      measured: {
        framesPerSecond: Math.round(report.dataFrames / report.activeSeconds),
        ...trades,
        gaps: report.summary.gaps,
        duplicates: report.summary.duplicates,
        healed,
      },
      required: { tradesLost: { equal: 0 }, tradesOutOfOrder: { equal: 0 }, gaps: { equal: 0 } },
    },
  )
}
