/** Paper accounts as lines under a table and at the end of a run. */
import type { Bracket } from '../session/bracket.js'
import type { DeskSummary } from '../trading/desk-summary.js'
import { countText, decimalText } from './format.js'

/** Two or three lines per strategy: equity and profit, position, what was done. */
export function accountLines(desks: readonly DeskSummary[]): string[] {
  return desks.flatMap(desk => {
    const { equity, counts } = desk
    const lines = [
      `${desk.strategy}: equity ${money(equity.equity)} ${equity.asset} · realised ${signed(equity.realised)} · unrealised ${signed(equity.unrealised)} · fees ${money(equity.fees)}`,
      `  ${positionText(desk)} · ${countText(counts.orders)} orders, ${countText(counts.fills)} fills, ${countText(counts.refusals)} refused, ${countText(counts.rejected)} rejected`,
    ]
    const interest = Object.entries(desk.interest)
    if (interest.length > 0)
      lines.push(`  interest on debts: ${interest.map(([asset, paid]) => `${money(paid)} ${asset}`).join(', ')}`)
    if (desk.failure !== null) lines.push(`  strategy stopped: ${desk.failure}`)
    else if (desk.blocks !== 'none') lines.push(`  risk gate blocks ${desk.blocks}, until it is resumed by command`)
    else if (desk.drawdownLeft !== null)
      lines.push(`  kill switch: ${percentText(desk.drawdownLeft)} of the peak may still be lost`)
    return lines
  })
}

/** The same strategy under the three fill models: where the truth lies, and what to make of it. */
export function bracketLines(brackets: readonly Bracket[]): string[] {
  return brackets.flatMap(({ strategy, returns, equity, fills, asset, low, high }) => {
    const models = Object.entries(returns).map(([model, value]) => {
      const own = model as keyof typeof equity
      return `${model} ${percentText(value)} (${money(equity[own] ?? '–')} ${asset}, ${countText(fills[own] ?? 0)} fills)`
    })
    const line = `${strategy}: return between ${percentText(low)} and ${percentText(high)}: ${models.join(', ')}`
    const remark = remarkOn(returns, low, high)
    return remark === null ? [line] : [line, `  ${remark}`]
  })
}

/** What the interval does not say by itself. */
function remarkOn({ optimistic }: Bracket['returns'], low: number | null, high: number | null): string | null {
  if (low === null) return null
  if (low === high)
    return 'the three agree: what was filled had been displayed or traded through, and left nothing to assume'
  if (optimistic === high) return null
  return 'more optimistic means more and earlier fills, not more profit: here they lost'
}

function percentText(share: number | null): string {
  return share === null ? '–' : `${(share * 100).toFixed(4).replace('-', '−')} %`
}

function positionText(desk: DeskSummary): string {
  const open = desk.positions.filter(position => Number(position.size) !== 0)
  if (open.length === 0) return 'flat'
  return open
    .map(
      ({ size, symbol, averagePrice }) =>
        `${size} ${symbol} at ${averagePrice === null ? '–' : decimalText(rounded(averagePrice))}`,
    )
    .join(', ')
}

/** An average price is a quotient; eight digits are plenty for the eye. */
function rounded(text: string): number {
  return Number(Number(text).toPrecision(8))
}

function signed(text: string): string {
  const shown = money(text)
  return shown.startsWith('-') ? shown.replace('-', '−') : `+${shown}`
}

/** Cut to the eye's precision; events and `--json` carry every digit. */
function money(text: string): string {
  const [whole = '', fraction = ''] = text.split('.')
  const isSmall = /^-?0$/.test(whole)
  const digits = fraction.slice(0, isSmall ? 8 : 4).replace(/0+$/, '')
  return digits === '' ? whole : `${whole}.${digits}`
}
