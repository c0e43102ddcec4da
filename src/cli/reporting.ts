/** `--report` and `--conventions` of a trading run: watched from its first frame, written when it is over. */
import { accessSync, constants, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { GenesisError, messageOf, UsageError } from '../model/errors.js'
import { conventionsOf } from '../session/account-sections.js'
import type { RunningParts } from '../session/execute.js'
import { RunCollector } from '../session/run-collector.js'
import type { RunRecord } from '../session/run-record.js'
import type { Summary } from '../session/summary.js'
import type { CommandInput } from './command.js'
import { bytesText } from './format.js'
import type { CommandRunPlan } from './run-command.js'
import { safe } from './safe.js'
import { software } from './software.js'

export interface Reporting {
  prepare(parts: RunningParts): void
  write(summary: Summary): Promise<void>
}

/** @throws UsageError where the report could not be written once the run is over. */
export function reportingOf({ options, io }: CommandInput, plan: CommandRunPlan): Reporting {
  const path = options.report
  if (path !== undefined) checkTarget(path, '--report')
  let collector: RunCollector | null = null
  return {
    prepare: ({ session, trading }) => {
      if (trading === null) return
      if (path !== undefined) collector = new RunCollector(session, trading)
      if (options.conventions !== 'all') return
      session.sections.set('conventions', () =>
        trading.desks().map(desk => conventionsOf(desk.strategy, desk.record())),
      )
    },
    write: async summary => {
      if (collector === null || plan.trading === undefined || path === undefined) return
      const inputs = plan.paths ?? plan.streams.map(({ exchange, name }) => `${exchange}:${name}`)
      const run = collector.record({ plan: plan.trading, summary, inputs, software: software(), proof: null })
      const bytes = await writeReport(path, run)
      if (options.quiet !== true) io.stderr.write(`report ${safe(path)} (${bytesText(bytes)})\n`)
    },
  }
}

/** Whole or not at all. @returns its size in bytes. @throws GenesisError where it cannot be written. */
export async function writeReport(path: string, run: RunRecord): Promise<number> {
  const { renderReport } = await import('../report/report.js')
  return writePage(path, renderReport(run))
}

/** Whole or not at all. @returns its size in bytes. @throws GenesisError where it cannot be written. */
export function writePage(path: string, text: string): number {
  try {
    writeFileSync(`${path}.new`, text)
    renameSync(`${path}.new`, path)
  } catch (error) {
    throw new GenesisError('report', `the report could not be written: ${messageOf(error)}`, 1, {
      hint: 'name another file; the run itself is over and accounted for',
    })
  }
  return Buffer.byteLength(text)
}

/** @throws UsageError where no file can be written there, before hours of a run lead up to it. */
export function checkTarget(path: string, flag: string): void {
  try {
    accessSync(dirname(path), constants.W_OK)
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) throw new Error('it is a directory')
  } catch (error) {
    throw new UsageError('report', `${flag} ${path}: ${messageOf(error)}`, { hint: 'name a file that can be written' })
  }
}
