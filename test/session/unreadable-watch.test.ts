import { describe, expect, it } from 'vitest'
import type { Status } from '../../src/model/event.js'
import type { LinkFrame } from '../../src/model/frame.js'
import { frameOf } from '../../src/session/chaos/market.js'
import { UnreadableWatch } from '../../src/session/unreadable-watch.js'

const SECOND = 1_000_000

class Watched {
  readonly watch = new UnreadableWatch(() => ['asked@trade'])
  readonly told: (Status & { readonly line: number })[] = []

  connect(line: number, ...streams: readonly string[]): this {
    const link: LinkFrame = { kind: 'link', receivedAt: 0, exchange: 'binance', line, state: 'connected', streams, detail: '' } // prettier-ignore
    this.watch.link(link)
    this.watch.link({ ...link, state: 'stale', streams: ['other@trade'] })
    return this
  }

  /** So many frames at one time, the broken ones last. */
  see(second: number, good: number, broken: number, line = 0): this {
    const frame = frameOf('{', second * SECOND, line)
    for (let index = 0; index < good + broken; index++) {
      const outcome = index < good ? 'decoded' : 'refused'
      const told = this.watch.see(frame, outcome, frame.receivedAt) ?? []
      this.told.push(...told.map(status => ({ ...status, line })))
    }
    return this
  }

  get details(): string[] {
    return this.told.map(({ detail }) => detail.replace(/ on line.*/, ''))
  }
}

describe('the watch for what cannot be read', () => {
  it('tells more than one percent of a minute once, of every stream of the connection', () => {
    const { told } = new Watched().connect(3, 'a@trade', 'b@trade').see(10, 990, 10, 3).see(20, 10, 500, 3)
    const status = {
      type: 'status', exchange: 'binance', state: 'drift', time: 20 * SECOND, line: 3,
      detail: '11 of 1011 frames of the last minute on line 3 cannot be read; they are kept whole as dead letters',
    } // prettier-ignore
    expect(told).toEqual([
      { ...status, stream: 'a@trade' },
      { ...status, stream: 'b@trade' },
    ])
  })

  it.each([
    { good: 99, broken: 1, why: 'one in a hundred is no more than one percent' },
    { good: 400, broken: 4, why: 'four of four hundred neither' },
    { good: 20, broken: 4, why: 'too little to judge a share by' },
  ])('is silent about $broken beside $good good ones: $why', ({ good, broken }) => {
    expect(new Watched().see(1, good, broken).told).toEqual([])
  })

  it.each([
    { good: 98, broken: 2, told: '2 of 100' },
    { good: 0, broken: 5, told: '5 of 5' },
  ])('judges from a hundred frames on, or from five that are broken: $told', ({ good, broken, told }) => {
    expect(new Watched().see(1, good, broken).details).toEqual([`${told} frames of the last minute`])
  })

  it('counts a sliding minute: what is older is neither broken nor whole', () => {
    const spread = new Watched()
    for (let second = 0; second < 600; second += 20) spread.see(second, 1, 1)
    expect(spread.details).toEqual([])
    expect(spread.see(601, 0, 3).details).toEqual(['5 of 7 frames of the last minute'])
    expect(new Watched().see(0, 10_000, 0).see(59, 0, 5).details).toEqual([])
    expect(new Watched().see(0, 10_000, 0).see(60, 0, 5).details).toEqual(['5 of 5 frames of the last minute'])
  })

  it('tells it again after it was well for a minute, and not while it goes on', () => {
    const watched = new Watched()
    for (let second = 0; second < 300; second++) watched.see(second, 90, 10)
    expect(watched.told).toHaveLength(1)
    for (let second = 300; second < 400; second++) watched.see(second, 100, 0)
    for (let second = 400; second < 500; second++) watched.see(second, 90, 10)
    expect(watched.details).toEqual(['5 of 95 frames of the last minute', '61 of 5991 frames of the last minute'])
    // Within the minute of the alarm it has not recovered, however good the rest of it was.
    expect(new Watched().see(0, 0, 9).see(5, 9_000, 0).see(50, 0, 500).told).toHaveLength(1)
  })

  it('judges every connection by itself', () => {
    const watched = new Watched().connect(0, 'a@trade').connect(1, 'b@trade').see(1, 10_000, 0).see(1, 0, 9, 1)
    expect(watched.told.map(({ stream }) => stream)).toEqual(['b@trade'])
  })

  it('names what was asked for where nobody said what a connection carries, and all else by a star', () => {
    expect(new Watched().see(1, 0, 5).told.map(({ stream }) => stream)).toEqual(['asked@trade'])
    const [status] = [1, 2, 3, 4, 5].flatMap(() => unnamed.see(frameOf('{', 1), 'refused', 1) ?? [])
    expect(status?.stream).toBe('*')
  })

  it('goes on where another one stood, and leaves that one alone', () => {
    const before = new Watched().connect(0, 'a@trade').see(1, 0, 4)
    const after = new Watched()
    after.watch.takeOver(before.watch.remember())
    expect(after.see(30, 0, 1).told).toMatchObject([{ stream: 'a@trade', time: 30 * SECOND }])
    expect(before.see(59, 95, 0).see(60, 0, 1).details).toEqual(['5 of 100 frames of the last minute'])
  })
})

const unnamed = new UnreadableWatch(() => [])
