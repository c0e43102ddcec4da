import { describe, expect, it } from 'vitest'
import { renderSearch } from '../../../src/report/search/search-report.js'
import { objectiveNamed } from '../../../src/session/search/objective.js'
import { candidate, finishedSearch } from './support.js'

describe('the report of a search', () => {
  it('is the same text for the same search, and lets nothing in from outside', () => {
    const text = renderSearch(finishedSearch())
    expect(renderSearch(finishedSearch())).toBe(text)
    expect(text).toContain('default-src &#39;none&#39;')
    expect(text).not.toContain('<b>btc')
    expect(text).toContain('&lt;b&gt;btc')
    expect(/ style="| onclick=|<img| src=/.exec(text)).toBeNull()
  })

  it('tells the best, how to do it again, and every combination in the ranking', () => {
    const text = renderSearch(finishedSearch())
    expect(text).toContain('The best: fast=5 slow=20')
    expect(text).toContain('genesis backtest btc.jsonl --strategy sma --param fast=5 --param slow=20')
    expect(text).toContain('All 10 that were tried')
    expect(text.match(/<rect class="cell (?:s|d)-?\d"/g)).toHaveLength(10)
    // fast=10 and fast=15 are not below slow=10: what the strategy refuses has no colour.
    expect(text.match(/<rect class="cell none" x="\d+\.5/g)).toHaveLength(12 - 10)
    expect(text).toContain('fast 15, slow 10: not tried, or refused by the strategy')
  })

  it('writes values in the terms of the metric, also where less is better', () => {
    const search = finishedSearch({ objective: objectiveNamed('drawdown') })
    const record = { ...search, result: { ...search.result, ranked: [candidate(1, { fast: '5', slow: '10' }, -0.02)] } }
    const text = renderSearch(record)
    expect(text).toContain('less is better')
    expect(text).toContain('fast 5, slow 10: max drawdown 2.00 %')
    expect(text).not.toContain('−2.00%')
  })

  it('says what it cannot show', () => {
    const search = finishedSearch()
    const unscored = { ...search.result, ranked: [candidate(1, { fast: '5', slow: '10' }, null)] }
    expect(renderSearch({ ...search, result: unscored })).toContain('Nothing here has a return')
    expect(renderSearch({ ...search, line: null, result: { ...search.result, ranked: [] } })).toContain(
      'Nothing was tried.',
    )
  })
})
