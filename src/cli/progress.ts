/** How far a replay has come, in one line. */
import type { JournalSource } from '../session/journal-source.js'
import type { Session } from '../session/session.js'
import { bytesText, countText, spanText, timeText } from './format.js'

export function speedText(speed: number): string {
  return speed === Infinity ? 'as fast as it can be read' : `${speed}×`
}

/** Rates are told over about so many milliseconds. */
const WINDOW_MS = 3_000

interface Sample {
  readonly atMs: number
  readonly read: number
  readonly frames: number
}

/** A bar by bytes of the files as they lie on the disk, recorded time, rate and the time left. */
export function replayFooter(
  session: Pick<Session, 'boundary' | 'clock' | 'imported'>,
  source: Pick<JournalSource, 'progress'>,
  nowMs: () => number = () => performance.now(),
): (width: number) => readonly string[] {
  const samples: Sample[] = [{ atMs: nowMs(), read: 0, frames: 0 }]
  return width => {
    const { read, total } = source.progress()
    const frames = session.boundary.stats().frames + session.imported
    const now: Sample = { atMs: nowMs(), read, frames }
    samples.push(now)
    while (samples.length > 2 && now.atMs - (samples[1]?.atMs ?? 0) > WINDOW_MS) samples.shift()
    const first = samples[0] ?? now
    const elapsedMs = Math.max(1, now.atMs - first.atMs)
    const share = total === null || total === 0 ? null : Math.min(1, read / total)
    const bytesPerMs = (read - first.read) / elapsedMs
    const left = total === null || bytesPerMs <= 0 ? null : Math.max(0, total - read) / bytesPerMs
    const facts = [
      ...(session.clock.now() === 0 ? [] : [timeText(session.clock.now())]),
      `${countText(((frames - first.frames) * 1000) / elapsedMs)} frames/s`,
      share === null ? bytesText(read) : `${(share * 100).toFixed(0)}%`,
      ...(left === null || share === 1 ? [] : [`${spanText(left * 1000)} left`]),
    ].join(' · ')
    const room = Math.min(40, width - facts.length - 4)
    return [share === null || room < 10 ? facts : `${bar(share, room)}  ${facts}`]
  }
}

function bar(share: number, width: number): string {
  const filled = Math.round(share * width)
  return `${'█'.repeat(filled)}${'░'.repeat(width - filled)}`
}
