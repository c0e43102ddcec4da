import { AsyncLocalStorage } from 'node:async_hooks'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TranscendentalEventBus } from '../../src/engine/bus.js'
import type { Call } from '../../src/engine/call.js'
import { VirtualClock } from '../../src/engine/clock.js'

function rig(options: ConstructorParameters<typeof TranscendentalEventBus>[0] = {}): {
  bus: TranscendentalEventBus
  clock: VirtualClock
} {
  const clock = new VirtualClock()
  const bus = new TranscendentalEventBus({ clock, ...options })
  bus.start()
  return { bus, clock }
}

const failure = (code: string, message: RegExp | string = ''): unknown =>
  expect.objectContaining({ code, message: expect.stringMatching(message) as string })

describe('request and reply', () => {
  it('brings the answer, returned or promised', async () => {
    const { bus } = rig()
    bus.respond<number>('risk', 'double', size => size * 2)
    bus.respond<number>('risk', 'later', async size => {
      await Promise.resolve()
      return size * 3
    })
    bus.respond('risk', 'nothing', () => undefined)
    expect(await bus.request('risk', 'double', 21)).toBe(42)
    expect(await bus.request('risk', 'later', 2)).toBe(6)
    expect(await bus.request('risk', 'nothing')).toBeUndefined()
    expect(bus.stats().requests).toMatchObject({ requests: 3, replies: 3, pending: 0 })
  })

  it('says at once that nobody answers, and what could be asked', async () => {
    const { bus } = rig()
    bus.respond('risk', 'assess', () => true)
    await expect(bus.request('risk', 'asses')).rejects.toMatchObject({
      code: 'request_unknown',
      hint: 'risk answers assess',
    })
    await expect(bus.request('nobody', 'x')).rejects.toMatchObject({ hint: 'nobody answers as nobody' })
    expect(() => bus.respond('risk', 'assess', () => false)).toThrow(failure('request_responder'))
    expect(bus.stats().requests).toMatchObject({ requests: 2, rejected: 2 })
    expect(bus.check()).toEqual([])
  })

  it('passes a failure on with its cause', async () => {
    const { bus } = rig()
    const cause = new Error('no margin')
    bus.respond('risk', 'sync', () => {
      throw cause
    })
    bus.respond('risk', 'async', () => Promise.reject(cause))
    await expect(bus.request('risk', 'sync')).rejects.toMatchObject({ code: 'request_failed', cause })
    await expect(bus.request('risk', 'async')).rejects.toMatchObject({ code: 'request_failed', cause })
  })

  it('times out, and counts the answer that came late (C9)', async () => {
    const { bus, clock } = rig()
    let call: Call | undefined
    bus.respond('slow', 'ask', (_data, asked) => void (call = asked), { answers: 'manual' })
    const answer = bus.request('slow', 'ask', null, { timeoutMs: 100 })
    clock.advanceTo(99_999)
    expect(bus.stats().requests.pending).toBe(1)
    clock.advanceTo(100_000)
    await expect(answer).rejects.toEqual(failure('request_timeout'))
    call!.reply('too late')
    expect(bus.stats().requests).toMatchObject({ timeouts: 1, late: 1, duplicates: 0, pending: 0 })
    expect(bus.check()).toEqual([])
  })

  it('takes the first answer and counts the others (C9)', async () => {
    const { bus } = rig()
    bus.respond('eager', 'ask', (_data, call) => {
      call.reply('first')
      call.reply('second')
      return 'third'
    })
    expect(await bus.request('eager', 'ask')).toBe('first')
    expect(bus.stats().requests).toMatchObject({ replies: 1, duplicates: 2, late: 0 })
  })

  it('refuses an answer of the wrong kind, also where the check itself fails (C9)', async () => {
    const { bus } = rig()
    bus.respond('odd', 'ask', async () => Promise.resolve('text'))
    const accepts = (answer: unknown): boolean => typeof answer === 'number'
    await expect(bus.request('odd', 'ask', null, { accepts })).rejects.toEqual(failure('request_answer'))
    const broken = (): boolean => {
      throw new Error('check')
    }
    await expect(bus.request('odd', 'ask', null, { accepts: broken })).rejects.toEqual(failure('request_answer'))
    expect(bus.stats().requests).toMatchObject({ rejected: 2 })
  })

  it('bounds what is open, and validates the timeout', async () => {
    const { bus } = rig({ maxPending: 1 })
    bus.respond('slow', 'ask', () => new Promise(() => undefined))
    void bus.request('slow', 'ask').catch(() => undefined)
    await expect(bus.request('slow', 'ask')).rejects.toEqual(failure('request_full'))
    for (const timeoutMs of [0, -1, Number.NaN, Infinity, 2 ** 31]) {
      expect(() => bus.request('slow', 'ask', null, { timeoutMs })).toThrow(failure('request_timeout_option'))
    }
    expect(bus.check()).toEqual([])
  })

  it('is cancelled when the bus stops', async () => {
    const { bus, clock } = rig()
    bus.respond('slow', 'ask', () => new Promise(() => undefined))
    const answer = bus.request('slow', 'ask', null, { timeoutMs: 60_000 })
    const stopped = bus.stop({ withinMs: 10 })
    clock.advanceTo(10_000)
    await expect(answer).rejects.toEqual(failure('request_cancelled'))
    expect(await stopped).toEqual({ drained: false, abandoned: 1 })
    expect(bus.stats().requests).toMatchObject({ cancelled: 1, pending: 0 })
  })
})

describe('call chains (C8)', () => {
  it('refuse a component that asks itself', async () => {
    const { bus } = rig()
    bus.respond('A', 'x', () => bus.request('A', 'y'))
    bus.respond('A', 'y', () => 1)
    await expect(bus.request('A', 'x')).rejects.toMatchObject({
      code: 'request_failed',
      cause: failure('request_cycle', 'ERR_CYCLE \\[A→A\\]'),
    })
    await expect(bus.request('A', 'y', null, { from: 'A' })).rejects.toEqual(failure('request_cycle', 'A→A'))
  })

  it.each([
    ['A→B→A', ['A', 'B']],
    ['A→B→C→A', ['A', 'B', 'C']],
  ])(
    'refuse %s without waiting, by the time not even a microtask of the clock has passed',
    async (chain, components) => {
      const { bus, clock } = rig()
      components.forEach((name, index) => {
        const next = components[(index + 1) % components.length]!
        bus.respond(name, 'ask', async (_data, call) => call.request(next, 'ask'))
      })
      const error = await bus.request('A', 'ask').catch((thrown: unknown) => thrown)
      let root = error as { code: string; message: string; cause?: unknown }
      while (root.cause !== undefined) root = root.cause as typeof root
      expect(root).toMatchObject({
        code: 'request_cycle',
        message: expect.stringContaining(`ERR_CYCLE [${chain}]`) as string,
      })
      expect(clock.now()).toBe(0)
      expect(bus.stats().requests).toMatchObject({ cycleRefused: 1, pending: 0 })
      expect(bus.check()).toEqual([])
    },
  )

  it('are known after an await too, where the edge carries the scope', async () => {
    const { bus } = rig({ scope: new AsyncLocalStorage<Call>() })
    bus.respond('A', 'ask', async () => {
      await Promise.resolve()
      return bus.request('B', 'ask')
    })
    bus.respond('B', 'ask', async () => {
      await Promise.resolve()
      return bus.request('A', 'ask')
    })
    await expect(bus.request('A', 'ask')).rejects.toThrow('ERR_CYCLE [A→B→A]')
  })

  it('let two branches ask the same component: that is no cycle', async () => {
    const { bus } = rig()
    bus.respond('A', 'ask', async (_data, call) => Promise.all([call.request('B', 'ask'), call.request('C', 'ask')]))
    bus.respond('B', 'ask', async (_data, call) => call.request('D', 'ask'))
    bus.respond('C', 'ask', async (_data, call) => call.request('D', 'ask'))
    bus.respond('D', 'ask', (_data, call) => call.chain.join('→'))
    expect(await bus.request('A', 'ask')).toEqual(['A→B→D', 'A→C→D'])
  })

  it('hand their deadline down: no callee waits longer than its caller', async () => {
    const { bus, clock } = rig()
    const deadlines: number[] = []
    bus.respond('A', 'ask', async (_data, call) => {
      deadlines.push(call.deadline)
      return call.request('B', 'ask', null, { timeoutMs: 10_000 })
    })
    bus.respond('B', 'ask', (_data, call) => {
      deadlines.push(call.deadline)
      return new Promise(() => undefined)
    })
    const answer = bus.request('A', 'ask', null, { timeoutMs: 50 })
    expect(deadlines).toEqual([50_000, 50_000])
    clock.advanceTo(50_000)
    await expect(answer).rejects.toEqual(failure('request_timeout'))
    expect(bus.stats().requests).toMatchObject({ timeouts: 2, pending: 0 })
  })

  it('time out at once where no time is left', async () => {
    const { bus, clock } = rig()
    let asked: Call | undefined
    bus.respond('A', 'ask', (_data, call) => void (asked = call), { answers: 'manual' })
    bus.respond('B', 'ask', () => 'never asked')
    const answer = bus.request('A', 'ask', null, { timeoutMs: 1 })
    clock.advanceTo(1_000)
    await expect(answer).rejects.toEqual(failure('request_timeout'))
    await expect(asked!.request('B', 'ask')).rejects.toEqual(failure('request_timeout'))
    expect(bus.stats().requests).toMatchObject({ timeouts: 2, replies: 0 })
  })

  it('end under any graph of calls and any interleaving, with each request accounted for', async () => {
    const components = ['A', 'B', 'C', 'D']
    const graph = fc.array(fc.array(fc.nat(3), { maxLength: 3 }), { minLength: 4, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        graph,
        fc.array(fc.nat(3), { minLength: 1, maxLength: 3 }),
        async (scheduler, calls, starts) => {
          const { bus } = rig()
          let budget = 60
          components.forEach((name, index) => {
            bus.respond(name, 'ask', async (_data, call) => {
              await scheduler.schedule(Promise.resolve(name))
              if (budget-- < 0) return 0
              const answers = await Promise.all(
                calls[index]!.map(target => call.request(components[target]!, 'ask').catch(() => 0)),
              )
              return answers.length
            })
          })
          const asked = Promise.all(starts.map(start => bus.request(components[start]!, 'ask')))
          await scheduler.waitFor(asked)
          expect(await asked).toHaveLength(starts.length)
          expect(bus.stats().requests).toMatchObject({ pending: 0, timeouts: 0, late: 0 })
          expect(bus.check()).toEqual([])
        },
      ),
      { numRuns: 100 },
    )
  })
})
