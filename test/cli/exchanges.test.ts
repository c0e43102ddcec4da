import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { run } from '../../src/cli/commands/exchanges.js'
import { processIo, type Output } from '../../src/cli/io.js'
import { EXCHANGES } from '../../src/exchanges/registry.js'

async function printed(args: readonly string[], columns: number): Promise<string> {
  let text = ''
  class Terminal extends Writable {
    readonly isTTY = true
    readonly columns = columns
    override _write(chunk: Buffer, _: string, done: () => void): void {
      text += chunk.toString()
      done()
    }
  }
  const stdout: Output = new Terminal()
  await run({ args, commands: [], options: { color: false }, io: { ...processIo(), stdout } })
  return text
}

describe('genesis exchanges on a terminal', () => {
  it.each([80, 120])('stays within %i columns', async columns => {
    const texts = [
      await printed([], columns),
      ...(await Promise.all([...EXCHANGES.keys()].map(name => printed([name], columns)))),
    ]
    for (const line of texts.join('\n').split('\n')) {
      // Addresses are not broken.
      if (!line.includes('://')) expect(line.length, line).toBeLessThanOrEqual(columns)
    }
  })

  it('says what can be fetched afterwards', async () => {
    expect(await printed(['binance'], 100)).toContain('missed trades can be fetched (--backfill): trade aggTrade')
    expect(await printed(['kraken'], 100)).toContain('missed trades can be fetched (--backfill): trade')
    expect(await printed(['deribit'], 100)).toContain(
      'trade ids: increasing; trade_seq steps by one; missed trades can',
    )
    expect(await printed(['bitstamp'], 100)).toContain('cannot be fetched: nothing says which are missing')
    expect(await printed(['coinbase-advanced'], 120)).toContain('missed trades can be fetched (--backfill): trade')
    expect(await printed(['ccxt:gate'], 100)).toContain('gate through ccxt')
  })
})
