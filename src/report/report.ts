/** A finished run as one HTML file that needs nothing else: no network, no server, not even scripts to be read. */
import { coarsen } from '../session/chart-candles.js'
import type { InstrumentRecord, RunRecord } from '../session/run-record.js'
import library from '../../node_modules/lightweight-charts/dist/lightweight-charts.standalone.production.js?raw'
import { jsonForScript } from './html.js'
import { packRun } from './pack.js'
import { page } from './page.js'
import chartScript from './page/chart.js?raw'
import style from './page/style.css?raw'
import tableScript from './page/table.js?raw'
import { policyOf } from './policy.js'

/** A report goes by mail: charts become coarser before a file becomes larger than this many bytes. */
const MOST_BYTES = 2_000_000
const SCRIPTS = [library, chartScript, tableScript]

/** Pure: the same run gives the same text, byte for byte. */
export function renderReport(run: RunRecord): string {
  const parts = { policy: policyOf(SCRIPTS, style), style, scripts: SCRIPTS }
  const room = MOST_BYTES - Buffer.byteLength(page(run, { ...parts, data: '' }).text)
  return page(run, { ...parts, data: fittingData(run, room) }).text
}

function fittingData(run: RunRecord, room: number): string {
  const data = jsonForScript(packRun(run))
  const coarser = Buffer.byteLength(data) > room ? coarsened(run) : undefined
  return coarser === undefined ? data : fittingData(coarser, room)
}

/** The run with its longest chart in longer bars; undefined where bars are not what makes it large. */
function coarsened(run: RunRecord): RunRecord | undefined {
  const longest = run.instruments.reduce<InstrumentRecord | undefined>(
    (found, instrument) => (instrument.series.bars.length > (found?.series.bars.length ?? 0) ? instrument : found),
    undefined,
  )
  if (longest === undefined || longest.series.bars.length < 1_000) return undefined
  const shorter = { ...longest, series: coarsen(longest.series) }
  return { ...run, instruments: run.instruments.map(instrument => (instrument === longest ? shorter : instrument)) }
}
