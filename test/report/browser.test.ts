/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { renderReport } from '../../src/report/report.js'
import type { Status } from '../../src/model/event.js'
import type { RunRecord } from '../../src/session/run-record.js'
import { BEGIN, finishedRun, HOSTILE, trade, wave } from './support.js'

const browserPath = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  path => path !== undefined && existsSync(path),
) // prettier-ignore
if (browserPath === undefined) process.stderr.write('no Chromium here: the report was not looked at in a browser\n')

const EVIL = { exchange: 'binance', symbol: HOSTILE, pair: 'EVIL/USDT' }
const ETHER = { exchange: 'binance', symbol: 'ETHUSDT', pair: 'ETH/USDT' }

if (browserPath !== undefined) {
  describe('a report in Chromium', () => {
    let browser: Browser
    let run: RunRecord
    let address: string
    const directory = mkdtempSync(join(tmpdir(), 'genesis-report-'))
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] })
      const lost: Status = { type: 'status', exchange: 'binance', stream: 'evil@trade', state: 'disconnected', detail: 'reset', time: BEGIN + 400_000_000 } // prettier-ignore
      const back: Status = { ...lost, state: 'connected', detail: '', time: BEGIN + 450_000_000 }
      const events = wave(EVIL, 900).flatMap((event, second) => [
        ...(second === 400 ? [lost] : second === 450 ? [back] : []),
        event,
        trade(ETHER, second, event.price / 20),
      ])
      run = await finishedRun({ events, options: { sizing: { kind: 'percent', percent: 40 } } })
      const path = join(directory, 'report.html')
      writeFileSync(path, renderReport(run))
      address = pathToFileURL(path).href
    })
    afterAll(async () => {
      await browser.close()
      rmSync(directory, { recursive: true, force: true })
    })

    /** The page with everything it complained of or asked for. */
    async function open(options: Parameters<Browser['newPage']>[0] = {}): Promise<{ page: Page; trouble: string[] }> {
      const page = await browser.newPage(options)
      const trouble: string[] = []
      page.on('console', message => trouble.push(`console: ${message.text()}`))
      page.on('pageerror', error => trouble.push(`error: ${error.message}`))
      page.on('request', request => {
        if (request.url() !== address) trouble.push(`request: ${request.url()}`)
      })
      page.on('response', response => {
        if (response.url() !== address) trouble.push(`response: ${response.url()}`)
      })
      await page.goto(address)
      return { page, trouble }
    }

    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [400, 1400]) {
        it(`is drawn without a request, an error or a sideways scroll: ${colorScheme}, ${width} pixels`, async () => {
          const { page, trouble } = await open({ colorScheme, viewport: { width, height: 800 } })
          await page.waitForSelector('.live canvas')
          expect(trouble).toEqual([])
          const seen = await page.evaluate(() => ({
            sideways: document.documentElement.scrollWidth - window.innerWidth,
            title: document.title,
            images: document.querySelectorAll('img').length,
            still: getComputedStyle(document.querySelector('.still')!).display,
            bars: document.querySelector<HTMLElement>('.live')!.dataset,
            paper: getComputedStyle(document.body).backgroundColor,
          }))
          expect(seen.sideways).toBe(0)
          expect(seen.title).toBe('sma on EVIL/USDT, ETH/USDT')
          expect(seen.images).toBe(0)
          expect(seen.still).toBe('none')
          const bars = run.instruments[0]!.series.bars
          expect(seen.bars).toMatchObject({ bars: String(bars.length), close: String(bars.at(-1)!.close) })
          expect(seen.paper).toBe(colorScheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(16, 21, 29)')
          await page.close()
        })
      }
    }

    it('draws what it unpacked: the canvas holds the colours of candles, equity and degraded data', async () => {
      const { page } = await open({ colorScheme: 'light', viewport: { width: 1400, height: 900 } })
      await page.waitForSelector('.live canvas')
      await page.waitForTimeout(300)
      const colours = await page.evaluate(() => {
        const found = new Set<string>()
        for (const canvas of document.querySelectorAll<HTMLCanvasElement>('.live canvas')) {
          if (canvas.width === 0 || canvas.height === 0) continue
          const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
          for (let at = 0; at < data.length; at += 4) found.add(`${data[at]},${data[at + 1]},${data[at + 2]}`)
        }
        return [...found]
      })
      expect(colours).toContain('11,138,106')
      expect(colours).toContain('200,50,79')
      expect(colours).toContain('47,95,208')
      const tinted = colours.some(colour => {
        const [red = 0, green = 0, blue = 0] = colour.split(',').map(Number)
        return red > 245 && green > 225 && green < 245 && blue > 200 && blue < 225
      })
      expect(tinted).toBe(true)
      await page.close()
    })

    it('runs no script but its own', async () => {
      const { page, trouble } = await open()
      await page.evaluate(() => {
        const script = document.createElement('script')
        script.textContent = 'document.title = "taken over"'
        document.body.append(script)
        const image = document.createElement('img')
        image.src = 'https://example.org/x.png'
        document.body.append(image)
      })
      await page.waitForTimeout(100)
      expect(await page.title()).toBe('sma on EVIL/USDT, ETH/USDT')
      expect(trouble.filter(text => text.startsWith('response'))).toEqual([])
      expect(trouble.some(text => text.includes('Content Security Policy'))).toBe(true)
      await page.close()
    })

    it('is moved and sorted by keys alone', async () => {
      const { page, trouble } = await open({ viewport: { width: 1400, height: 900 } })
      await page.waitForSelector('.live canvas')
      const picture = async (): Promise<string> => (await page.locator('.live').first().screenshot()).toString('base64')
      const before = await picture()
      await page.locator('.live').first().focus()
      await page.keyboard.press('+')
      await page.keyboard.press('ArrowLeft')
      await page.waitForTimeout(200)
      expect((await picture()) === before).toBe(false)
      const profit = page.locator('table.sortable th', { hasText: 'profit' }).first()
      await profit.locator('button').focus()
      await page.keyboard.press('Enter')
      expect(await profit.getAttribute('aria-sort')).toBe('ascending')
      const column = await profit.evaluate(head => (head as HTMLTableCellElement).cellIndex)
      const keys = await page.evaluate(
        at => [...document.querySelector('table.sortable')!.querySelectorAll('tbody tr')].map(row => Number((row as HTMLTableRowElement).cells[at]!.dataset['key'])),
        column,
      ) // prettier-ignore
      expect(keys.length).toBe(run.strategies[0]!.record.trips.length)
      expect(keys).toEqual([...keys].sort((a, b) => a - b))
      expect(trouble).toEqual([])
      await page.close()
    })

    it('shows another instrument on request', async () => {
      const { page } = await open()
      await page.waitForSelector('.live canvas')
      await page.selectOption('.bar select', '1')
      const { close } = run.instruments[1]!.series.bars.at(-1)!
      expect(await page.locator('.live').first().getAttribute('data-close')).toBe(String(close))
      await page.close()
    })

    it('prints the still picture, and shows it where no script runs', async () => {
      const { page } = await open({ colorScheme: 'dark' })
      await page.waitForSelector('.live canvas')
      await page.emulateMedia({ media: 'print' })
      expect(await page.locator('.still').first().isVisible()).toBe(true)
      expect(await page.locator('.live').first().isVisible()).toBe(false)
      await page.close()
      const context = await browser.newContext({ javaScriptEnabled: false })
      const silent = await context.newPage()
      await silent.goto(address)
      expect(await silent.locator('.still svg').first().isVisible()).toBe(true)
      expect(await silent.locator('.live').first().isVisible()).toBe(false)
      await context.close()
    })

    it('tells what was earned in degraded data', async () => {
      const { degraded } = run.strategies[0]!
      expect(degraded.timeShare).toBeGreaterThan(0.04)
      expect(degraded.timeShare).toBeLessThan(0.1)
      const { page } = await open()
      expect(await page.locator('text=share of time').isVisible()).toBe(true)
      expect(await page.locator('td', { hasText: /^degraded$/ }).count()).toBe(degraded.trips)
      await page.close()
    })
  })
} else {
  it('was not looked at: no Chromium', () => {
    expect(browserPath).toBeUndefined()
  })
}
