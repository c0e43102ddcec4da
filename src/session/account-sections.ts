/** A desk's account in the sections of a run's summary: the ledger, the metrics by name, and the conventions side by side. */
import { conventionsSideBySide, type ConventionRow } from '../trading/conventions/side-by-side.js'
import type { DeskRecord, DeskSummary } from '../trading/desk.js'

type LedgerSection = Omit<DeskSummary, 'metrics'>

/** `metrics[0].sharpe.value`; null where it is undefined. */
export type MetricsSection = Readonly<Record<string, string | MetricValue>> & { readonly strategy: string }
export type MetricValue = Omit<DeskSummary['metrics'][number], 'name'>

/** `conventions[0].sharpe.empyrical`; null where a convention does not know the metric, or it is undefined. */
export type ConventionsSection = Readonly<Record<string, string | ConventionValues>> & { readonly strategy: string }
export type ConventionValues = Omit<ConventionRow, 'metric'>

/** The account alone; the metrics have a section of their own. */
export function ledgerOf(summary: DeskSummary): LedgerSection {
  return Object.fromEntries(Object.entries(summary).filter(([name]) => name !== 'metrics')) as unknown as LedgerSection
}

export function metricsOf({ strategy, metrics }: DeskSummary): MetricsSection {
  return { strategy, ...Object.fromEntries(metrics.map(({ name, ...metric }) => [name, metric])) }
}

export function conventionsOf(strategy: string, record: DeskRecord): ConventionsSection {
  const rows = conventionsSideBySide(record).map(({ metric, ...values }) => [metric, values] as const)
  return { strategy, ...Object.fromEntries(rows) }
}
