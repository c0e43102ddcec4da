import { describe, expect, it } from 'vitest'
import type { Frame } from '../../src/model/frame.js'
import { StrategyGuard } from '../../src/session/strategy-guard.js'
import type { RunSource } from '../../src/session/run.js'

const tick = (receivedAt: number): Frame => ({ kind: 'tick', receivedAt })
const sourceOf = (run: RunSource['run']): RunSource & { onBegin?: () => void } => ({
  run,
  stop: () => Promise.resolve(),
})

describe('StrategyGuard', () => {
  it('interrupts what does not return and names it', () => {
    const guard = new StrategyGuard(100, () => 'onTrade of strategy loop')
    expect(() => {
      guard.run(() => {
        for (;;) void 0
      })
    }).toThrow(
      expect.objectContaining({
        code: 'strategy_hangs',
        exit: 1,
        message: expect.stringContaining('onTrade of strategy loop did not return for 0.1 s') as string,
      }),
    )
  })

  it('passes everything on in order, the beginning of a window in its place', async () => {
    const guard = new StrategyGuard(5_000, () => '')
    const heard: unknown[] = []
    const source = sourceOf(async deliver => {
      deliver(tick(1))
      source.onBegin?.()
      deliver(tick(2))
      await Promise.resolve()
      heard.push('pause')
      deliver(tick(3))
    })
    source.onBegin = () => heard.push('begin')
    await guard.over(source).run(
      frame => void heard.push(frame.receivedAt),
      () => undefined,
    )
    expect(heard).toEqual([1, 'begin', 2, 'pause', 3])
  })

  it('fails the run where a delivery throws or hangs, and delivers nothing more', async () => {
    const guard = new StrategyGuard(100, () => 'it')
    let heard = 0
    const run = guard.over(
      sourceOf(async deliver => {
        for (let at = 0; at < 10; at++) {
          deliver(tick(at))
          await Promise.resolve()
        }
      }),
    )
    await expect(
      run.run(
        () => {
          if (++heard === 3) for (;;) void 0
          return undefined
        },
        () => undefined,
      ),
    ).rejects.toThrow(/did not return/)
    expect(heard).toBe(3)
    await expect(
      guard.over(sourceOf(deliver => Promise.resolve(void deliver(tick(1))))).run(
        () => {
          throw new Error('inside')
        },
        () => undefined,
      ),
    ).rejects.toThrow('inside')
  })
})
