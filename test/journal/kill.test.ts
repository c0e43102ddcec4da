/** `kill -9` at any moment leaves what the recorder said it had written, and nothing torn after the next open. */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { Recorder } from '../../src/journal/recorder.js'
import { readAll, start, useFolder } from './support.js'

const file = useFolder()
const jiti = createRequire(import.meta.url).resolve('jiti')
const recorderPath = fileURLToPath(new URL('../../src/journal/recorder.ts', import.meta.url))

const child = `
import { createJiti } from ${JSON.stringify(jiti)}
const { Recorder } = await createJiti(import.meta.url).import(${JSON.stringify(recorderPath)})
const recorder = await Recorder.open({ path: process.argv[2], created: ${start}, streams: [] })
let at = 0
for (;;) {
  for (let many = 0; many < 200; many++, at++) {
    recorder.append({ kind: 'data', receivedAt: ${start} + at * 1000, exchange: 'binance', line: 0, data: Buffer.from('{"i":' + at + ',"fill":"' + 'x'.repeat(at % 300) + '"}'), binary: false })
  }
  await new Promise(resolve => setTimeout(resolve, 1))
  process.stdout.write(recorder.report().written + '\\n')
}
`

/** Runs the child until it has said `lines` watermarks, kills it, and gives back the last one. */
function recordAndKill(script: string, path: string, lines: number): Promise<number> {
  return new Promise(resolve => {
    const process_ = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    process_.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.split('\n').length > lines) process_.kill('SIGKILL')
    })
    process_.on('close', () => resolve(Number(said.split('\n').at(-2) ?? 0)))
  })
}

describe('kill -9', () => {
  it.each(['tape.jsonl', 'tape.jsonl.gz'])('of a recorder of %s', async name => {
    const script = file('child.mjs')
    writeFileSync(script, child)
    for (const [round, lines] of [2, 40].entries()) {
      const path = file(`${round}-${name}`)
      const watermark = await recordAndKill(script, path, lines)
      const { items } = await readAll(path)
      expect(items.length).toBeGreaterThanOrEqual(watermark)
      for (const [at, item] of items.entries()) {
        expect(item.kind === 'data' && item.data.toString().startsWith(`{"i":${at},`)).toBe(true)
      }
      const next = await Recorder.open({ path, created: start, streams: [] })
      await next.close()
      const after = await readAll(path)
      expect(after.reader.report()).toMatchObject({ torn: undefined, corruptions: [] })
      expect(after.items).toHaveLength(items.length + 1)
    }
  })
})
