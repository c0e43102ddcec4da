/** Many journals in one order: by time, then by source, then as they stood. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JournalItem } from '../../src/journal/item.js'
import { mergeJournals } from '../../src/journal/merge.js'
import { data } from './support.js'

function source(items: readonly JournalItem[], batch: number): { batches(): AsyncGenerator<readonly JournalItem[]> } {
  return {
    async *batches() {
      for (let at = 0; at < items.length; at += batch) yield await Promise.resolve(items.slice(at, at + batch))
    },
  }
}

async function merged(sources: Parameters<typeof mergeJournals>[0]): Promise<JournalItem[]> {
  const items: JournalItem[] = []
  for await (const batch of mergeJournals(sources)) items.push(...batch)
  return items
}

describe('mergeJournals', () => {
  it('is a stable merge by time, whatever the batches', async () => {
    const times = fc.array(fc.nat(50)).map(list => list.sort((a, b) => a - b))
    await fc.assert(
      fc.asyncProperty(fc.array(times, { maxLength: 5 }), fc.integer({ min: 1, max: 4 }), async (lists, batch) => {
        const tapes = lists.map((list, rank) => list.map((time, at) => data(`${rank}.${at}`, time)))
        const expected = tapes
          .flat()
          .map((item, index) => ({ item, index }))
          .sort((a, b) => a.item.receivedAt - b.item.receivedAt || a.index - b.index)
        expect(await merged(tapes.map(tape => source(tape, batch)))).toEqual(expected.map(({ item }) => item))
      }),
      { numRuns: 100 },
    )
  })

  it('never changes the order within a source, not even where its time steps back', async () => {
    const stepping = [data('a', 5), data('b', 1), data('c', 6)]
    const items = await merged([source(stepping, 1), source([data('x', 2), data('y', 5), data('z', 7)], 2)])
    const names = items.map(item => (item.kind === 'data' ? item.data.toString() : ''))
    expect(names).toEqual(['x', 'a', 'b', 'y', 'c', 'z'])
  })

  it('closes every source when it is left early', async () => {
    const closed: number[] = []
    const endless = (rank: number) => ({
      async *batches(): AsyncGenerator<readonly JournalItem[]> {
        try {
          for (let time = 0; ; time++) yield await Promise.resolve([data('x', time)])
        } finally {
          closed.push(rank)
        }
      },
    })
    for await (const batch of mergeJournals([endless(0), endless(1)])) if (batch.length > 0) break
    expect(closed.sort()).toEqual([0, 1])
  })
})
