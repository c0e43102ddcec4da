/** `genesis init strategy NAME`: a strategy that runs, and the test that shows it does. */
import { existsSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { EXIT, messageOf, UsageError, type ExitCode } from '../../model/errors.js'
import type { CommandInput } from '../command.js'

/** @throws UsageError where the name is none or a file is in the way. */
export function run({ args, io, options }: CommandInput): Promise<ExitCode> {
  const [what, name] = args
  if (what !== 'strategy')
    throw new UsageError('init', `cannot make "${what ?? ''}"`, { hint: 'genesis init strategy my-idea' })
  if (name === undefined || !/^[a-z][a-z0-9-]{0,63}$/.test(name)) {
    throw new UsageError('init', `"${name ?? ''}" is no name for a strategy`, {
      hint: 'use lower-case letters, digits and hyphens, beginning with a letter',
    })
  }
  const files = new Map([
    [`${name}.ts`, strategyText(name)],
    [`${name}.test.ts`, testText(name)],
  ])
  for (const file of files.keys()) {
    if (existsSync(resolve(io.cwd, file)))
      throw new UsageError('init', `${file} exists already`, { hint: 'choose another name' })
  }
  for (const [file, text] of files) write(resolve(io.cwd, file), file, text)
  if (options.quiet !== true) {
    io.stderr.write(
      `wrote ${[...files.keys()].join(' and ')}\ntry: genesis paper --strategy ./${name}.ts --exchange sim --duration 20s\n`,
    )
  }
  return Promise.resolve(EXIT.done)
}

function write(path: string, file: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx' })
  } catch (error) {
    throw new UsageError('init', `${file}: ${messageOf(error)}`)
  }
}

function strategyText(name: string): string {
  return `import { defineStrategy, z } from 'genesis'

/** Buys when the price rises by a share above its low, and leaves when it falls by the same share below its high. */
export default defineStrategy({
  name: '${name}',
  description: 'Follows a move once it is larger than a threshold',
  params: z.object({
    threshold: z.number().positive().max(0.5).default(0.0005).describe('size of a move, as a share of the price'),
  }),
  create({ parameters }) {
    let low = Infinity
    let high = 0
    let isLong = false
    return {
      onTrade({ price }) {
        low = Math.min(low, price)
        high = Math.max(high, price)
        if (!isLong && price > low * (1 + parameters.threshold)) {
          isLong = true
          high = price
          return { type: 'signal', direction: 'long', reason: 'rose above its low' }
        }
        if (isLong && price < high * (1 - parameters.threshold)) {
          isLong = false
          low = price
          return { type: 'signal', direction: 'flat', reason: 'fell below its high' }
        }
        return null
      },
    }
  },
})
`
}

function testText(name: string): string {
  return `import { expect, it } from 'vitest'
import { runStrategy } from 'genesis'
import strategy from './${name}.js'

it('goes long on a rise and flat on a fall', () => {
  const signals = runStrategy(strategy, { threshold: 0.01 }, [100, 101.5, 103, 101])
  expect(signals.map(signal => signal.direction)).toEqual(['long', 'flat'])
})
`
}
