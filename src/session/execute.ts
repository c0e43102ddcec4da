/** Carries a run out: opens what its context asks for, drives it to its end, closes everything, draws up the account. */
import { RealClock } from '../feed/real-clock.js'
import type { Recorder } from '../journal/recorder.js'
import type { EndReason, Summary } from './summary.js'
import { DeadLetterFile } from './dead-letters.js'
import { Digest } from './digest.js'
import { findRules, INSTRUMENTS, unknownText } from './instrument-rules.js'
import { JournalSource } from './journal-source.js'
import { asksRules, createSession, openRecorder, openSource, recordingHeader, type OpenedSource } from './opening.js'
import { unpaced } from './pace.js'
import { CandleFeed } from './proof/candle-feed.js'
import { FrameDescription } from './proof/frame-description.js'
import { recordingAccount } from './recording-account.js'
import { run } from './run.js'
import { RunControl } from './run-control.js'
import { LiveCheckpoints, type Checkpoints } from './seek/checkpoints.js'
import type { Attachment, RunningParts, RunRequest, Watcher } from './run-request.js'
import type { Session } from './session.js'
import type { StrategyGuard } from './strategy-guard.js'
import { Trading } from './trading.js'

export type { Attach, Attachment, RecordingRequest, RunningParts, RunRequest, Watcher } from './run-request.js'

/** @throws what ended the run, once everything is closed and the watcher has seen the account. */
export async function execute(request: RunRequest): Promise<Summary> {
  const assembly = await assemble(request)
  const { parts, opened, deadLetters, notes } = assembly
  const begun = performance.now()
  const attachments: Attachment[] = []
  const conclude = async (ended: EndReason): Promise<Summary> => {
    await opened.source.stop('closing')
    for (const attachment of attachments) await attachment.close()
    await close(parts, opened, deadLetters)
    const summary = parts.session.summary(ended, performance.now() - begun)
    notes.to?.end(summary)
    return summary
  }
  try {
    await begin(request, assembly, attachments)
    const ended = await drive(request, assembly)
    await request.afterwards?.(parts)
    return await conclude(ended)
  } catch (error) {
    await conclude('failed')
    throw error
  }
}

/** All that a run consists of, before its first frame. */
interface Assembly {
  readonly parts: RunningParts
  readonly opened: OpenedSource
  readonly deadLetters: DeadLetterFile
  readonly clock: RealClock
  readonly description: FrameDescription
  readonly guard: StrategyGuard | null
  readonly candles: CandleFeed | null
  /** null where no index is written beside the recording. */
  readonly checkpoints: Checkpoints | null
  /** Who hears what goes wrong; nobody before the run begins. */
  readonly notes: { to: Watcher | null }
}

async function assemble(request: RunRequest): Promise<Assembly> {
  const clock = new RealClock()
  const description = new FrameDescription()
  const recorder = await openRecorder(request, clock, description)
  const streams = request.streams.map(({ name }) => name)
  const deadLetters = new DeadLetterFile(request.deadLetters, streams)
  const notes: Assembly['notes'] = { to: null }
  const opened = await openSource(request, text => notes.to?.note(text)).catch(async (error: unknown) => {
    await recorder?.close()
    throw error
  })
  const { live, journal, pace } = opened
  const session = createSession(request, opened, deadLetters)
  if (request.live.backfill === 'on') session.sections.set('backfill', () => live?.feed.backfillStats() ?? null)
  const { trading: plan } = request
  const trading = plan === null ? null : new Trading(session, plan, { recordedRules: opened.rules })
  const now = live?.foldedUpTo ?? (() => clock.now())
  const content = request.source === undefined ? 'frames' : 'events'
  const control = new RunControl({ live, streams: opened.streams, content, now })
  const account = live?.account
  if (account !== undefined) session.sections.set('workers', account)
  if (request.source !== undefined) session.sections.set('source', () => opened.source.account?.() ?? null)
  const parts: RunningParts = { session, recorder, trading, control, live, journal, pace }
  const { candles } = addTo(parts, request, opened)
  const checkpoints = await checkpointsOf(request, opened, parts)
  const guard = trading?.guard() ?? null
  return { parts, opened, deadLetters, clock, description, guard, candles, checkpoints, notes }
}

/** Decoders in worker threads keep what a checkpoint would need to themselves. */
async function checkpointsOf(
  { recording }: RunRequest,
  { live, predecoded }: OpenedSource,
  { session, recorder }: RunningParts,
): Promise<Checkpoints | null> {
  if (recording === null || recorder === null || live === null || predecoded !== null) return null
  return LiveCheckpoints.of(session, recorder, recording.software)
}

/** Brings a resumed run back to where it stood, and lets everybody take their places. */
async function begin(request: RunRequest, assembly: Assembly, attachments: Attachment[]): Promise<void> {
  const { parts, opened, guard, notes } = assembly
  request.prepare?.(parts)
  if (request.resumes === true && parts.recorder !== null) await foldTape(parts.session, parts.recorder, guard)
  for (const attach of request.attachments ?? []) {
    attachments.push(await attach(parts, text => notes.to?.note(text)))
  }
  const watcher = request.watch(parts)
  notes.to = watcher
  if (opened.journal !== null) opened.journal.hold = () => caughtUp(watcher, attachments)
  for (const { note } of attachments) if (note !== null) watcher.note(note)
}

/** From the first frame to the strategies' last word and the end of the tape. */
async function drive(request: RunRequest, assembly: Assembly): Promise<EndReason> {
  const { parts, opened, deadLetters, clock, description, guard, candles, checkpoints, notes } = assembly
  const { session, recorder, trading, control } = parts
  const running = run({
    session,
    source: guard?.over(opened.source) ?? opened.source,
    recorder,
    endsWithRecorder: request.recording?.isAll ?? false,
    describe: found => description.take(found, session.names),
    control,
    now: opened.live === null ? null : () => clock.now(),
    durationMs: request.durationMs,
    refresh: () => {
      deadLetters.tick(clock.now())
      checkpoints?.look()
      notes.to?.refresh()
    },
    onInterrupt: request.onInterrupt,
    ...(request.onCrash === undefined ? {} : { onCrash: request.onCrash }),
  })
  if (recorder !== null && asksRules(request)) void tellRules(request, assembly, recorder)
  const ended = await running
  candles?.finish()
  if (guard === null) trading?.finish()
  else guard.run(() => trading?.finish())
  await recorder?.close()
  await checkpoints?.close()
  return ended
}

function caughtUp(watcher: Watcher, attachments: readonly Attachment[]): Promise<void> | null {
  const waits = [watcher.caughtUp?.() ?? [], ...attachments.map(attachment => attachment.drained?.() ?? [])].flat()
  return waits.length === 0 ? null : Promise.all(waits).then(() => undefined)
}

/** The answer goes onto the tape like a decision, and into the headers of later files; a recording that gets none is as good. */
async function tellRules(request: RunRequest, { parts, opened, notes }: Assembly, recorder: Recorder): Promise<void> {
  const rest = opened.live?.rest
  if (rest === undefined) return
  const found = await findRules(rest, request.streams)
  const unknown = unknownText(found)
  if (unknown !== undefined) notes.to?.note(unknown)
  recorder.changeHeader(recordingHeader(request, { instruments: found.rules }))
  parts.control.command(INSTRUMENTS, found.rules)
}

/** What the run had seen before it was interrupted brings every part back to where it stood. */
async function foldTape(session: Session, recorder: Recorder, guard: StrategyGuard | null): Promise<void> {
  await recorder.flush()
  const source = await JournalSource.open({
    paths: [recorder.report().path],
    exchange: 'binance',
    onCorrupt: 'stop',
    pace: unpaced(() => performance.now()),
    stdin: process.stdin,
  })
  await (guard?.over(source) ?? source).run(
    frame => session.deliver(frame),
    event => session.deliverEvent(event),
  )
}

/** What a run can do beside its main work: candles, a digest, a beginning in the middle. */
function addTo(
  { session, journal }: RunningParts,
  { candles, digests, disturbance, journal: { from } }: RunRequest,
  { lines, checkpoint = null }: OpenedSource,
): { readonly candles: CandleFeed | null } {
  if (journal !== null && from !== undefined) {
    session.beSilent()
    if (checkpoint !== null) session.takeOver(checkpoint.state)
    journal.onBegin = () => session.speak()
  }
  if (digests === true) {
    const digest = new Digest()
    session.observer = event => digest.add(event)
    session.sections.set('eventsDigest', () => digest.hex())
  }
  if (disturbance !== undefined && disturbance !== null) session.sections.set('chaos', () => disturbance.report())
  if (candles === undefined || candles === null) return { candles: null }
  const feed = new CandleFeed(session, candles, lines)
  session.sections.set('candles', () => feed.stats())
  return { candles: feed }
}

async function close(
  { session, recorder, control }: RunningParts,
  opened: OpenedSource,
  deadLetters: DeadLetterFile,
): Promise<void> {
  await opened.source.stop('closing')
  await opened.close()
  await session.bus.stop()
  await control.recordings.close()
  const recorded = await recorder?.close()
  if (recorded !== undefined) session.sections.set('recording', () => recordingAccount(recorded))
  if (opened.journal !== null) session.sections.set('files', () => opened.journal?.accounts())
  const letters = await deadLetters.close()
  if (letters !== null) session.sections.set('deadLetters', () => letters)
}
