/** How far a replay has come, in one line. */
import type { JournalSource } from '../session/journal-source.js'
import type { Session } from '../session/session.js'
import { bytesText, countText, spanText, timeText } from './format.js'

export function speedText(speed: number): string {
  return speed === Infinity ? 'as fast as it can be read' : `${speed}×`
}

/** A bar by bytes, recorded time, rate and the time left. */
export function replayFooter(session: Session, source: JournalSource): (width: number) => readonly string[] {
  const begun = performance.now()
  return width => {
    const { read, total } = source.progress()
    const elapsedMs = Math.max(1, performance.now() - begun)
    const share = total === null || total === 0 ? null : Math.min(1, read / total)
    const frames = session.boundary.stats().frames
    const left = share === null || share === 0 ? null : (elapsedMs / share) * (1 - share) * 1000
    const facts = [
      ...(session.clock.now() === 0 ? [] : [timeText(session.clock.now())]),
      `${countText((frames * 1000) / elapsedMs)} frames/s`,
      share === null ? bytesText(read) : `${(share * 100).toFixed(0)}%`,
      ...(left === null ? [] : [`${spanText(left)} left`]),
    ].join(' · ')
    const room = Math.min(40, width - facts.length - 4)
    return [share === null || room < 10 ? facts : `${bar(share, room)}  ${facts}`]
  }
}

function bar(share: number, width: number): string {
  const filled = Math.round(share * width)
  return `${'█'.repeat(filled)}${'░'.repeat(width - filled)}`
}
