/** The metrics of a run as tables on the terminal: what each is worth, by which convention, and from how many values. */
import { Chalk } from 'chalk'
import { metricLabel, metricValue } from '../report/metric-text.js'
import type { ConventionsSection, ConventionValues, MetricsSection, MetricValue } from '../session/account-sections.js'
import { countText } from './format.js'
import { listing, type Cell } from './listing.js'

/** The tables go through a filter for steering characters, colours included. */
const PLAIN = new Chalk({ level: 0 })
/** Columns that the full table takes, and that it takes without formulas. */
const FULL_WIDTH = 150
const MIDDLE_WIDTH = 90

/** One table for each strategy; what does not fit the width is left out from the right: formula first, then convention. */
export function metricsLines(sections: readonly MetricsSection[], width: number): string[] {
  return sections.flatMap(({ strategy, ...metrics }) => {
    const rows = Object.entries(metrics as Readonly<Record<string, MetricValue>>).map(([name, metric]) =>
      metricRow(name, metric),
    )
    const header = ['metric', right('value'), right('samples'), 'convention', 'formula']
    return ['', `metrics of ${strategy}`, ...tableLines(header, rows, columnsFor(width))]
  })
}

function columnsFor(width: number): number {
  return width >= FULL_WIDTH ? 5 : width >= MIDDLE_WIDTH ? 4 : 3
}

function metricRow(name: string, { value, samples, convention, formula }: MetricValue): Cell[] {
  return [metricLabel(name), right(metricValue(name, value)), right(countText(samples)), convention, formula]
}

/** One table for each strategy: the same run by four conventions. */
export function conventionsLines(sections: readonly ConventionsSection[]): string[] {
  return sections.flatMap(({ strategy, ...metrics }) => {
    const rows = Object.entries(metrics as Readonly<Record<string, ConventionValues>>).map(([name, values]) => [
      metricLabel(name),
      ...[values.backtestingPy, values.empyrical, values.freqtrade, values.lean].map(value =>
        right(metricValue(name, value)),
      ),
    ])
    const header = ['metric', ...['backtesting.py', 'empyrical', 'freqtrade', 'LEAN'].map(right)]
    return ['', `conventions side by side, ${strategy}`, ...tableLines(header, rows, header.length)]
  })
}

/** Titles stand over their columns as the values do, so they are a row like the others. */
function tableLines(header: readonly Cell[], rows: readonly (readonly Cell[])[], columns: number): string[] {
  const cut = [header, ...rows].map(row => row.slice(0, columns))
  return listing([], cut, PLAIN).split('\n')
}

function right(text: string): Cell {
  return { text, align: 'right' }
}
