import { existsSync, readFileSync } from 'node:fs'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { start, temporaryDirectory } from '../support/genesis.js'
import { serve, type Served } from '../support/served.js'

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync)
const STRATEGY = ['--strategy', 'sma', '--param', 'fast=3', '--param', 'slow=9']
const ARGUMENTS = ['paper', 'btcusdt@trade', 'btcusdt@quote', 'btcusdt@book', '--exchange', 'sim', '--rate', '100', ...STRATEGY, '--serve'] // prettier-ignore

if (CHROMIUM === undefined) {
  process.stderr.write('\nNOT LOOKED AT: the dashboard. There is no Chromium here (apt-get install chromium).\n\n')
}

describe('the dashboard', () => {
  it('is looked at where there is a browser, and says so where there is none', () => {
    expect(CHROMIUM === undefined || existsSync(CHROMIUM)).toBe(true)
  })
})

if (CHROMIUM !== undefined) {
  describe('the dashboard in Chromium', () => {
    let browser: Browser
    let served: Served
    const stateHome = temporaryDirectory('dashboard')
    const problems: string[] = []

    beforeAll(async () => {
      browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
      served = await serve(ARGUMENTS, { stateHome })
    })
    afterAll(async () => {
      await browser.close()
      await served.stop()
    })

    const open = async (options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> => {
      const page = await browser.newPage(options)
      page.on('pageerror', error => problems.push(error.message))
      page.on('console', message => {
        if (/Content Security Policy|Refused to/.test(message.text())) problems.push(message.text())
      })
      page.on('request', request => {
        if (!/^(?:data:|blob:)/.test(request.url()) && new URL(request.url()).host !== new URL(served.url).host) {
          problems.push(`asked ${request.url()}`)
        }
      })
      return page
    }
    const live = (page: Page): Promise<unknown> => page.waitForSelector('#link[data-state=live]')

    it('moves: price, rates, candles, book, fills and the thirteen mechanisms', async () => {
      const page = await open()
      await page.goto(`${served.url}/#token=${served.token}`)
      await live(page)
      expect(page.url()).not.toContain(served.token)
      const before = await page.textContent('#last')
      await page.waitForFunction(text => document.querySelector('#last')!.textContent !== text, before)
      await page.waitForFunction(() => document.querySelectorAll('#bids tr').length >= 5)
      await page.waitForFunction(() =>
        /[1-9]/.test(document.querySelector('#streams td:nth-child(6)')?.textContent ?? ''),
      )
      await page.waitForFunction(() => document.querySelectorAll('#mechanisms li').length === 13)
      await page.waitForFunction(() => document.querySelector('#strategies tbody td')?.textContent === 'sma')
      await page.waitForFunction(() => document.querySelectorAll('#chart canvas').length > 0)
      // The picture itself: the chart is drawn in colours, not blank.
      const colours = await page.evaluate(() => {
        const found = new Set<number>()
        for (const canvas of document.querySelectorAll<HTMLCanvasElement>('#chart canvas')) {
          const data = canvas.getContext('2d')!.getImageData(0, 0, canvas.width || 1, canvas.height || 1).data
          for (let at = 0; at < data.length; at += 4) if (data[at + 3]! > 0) found.add((data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!) // prettier-ignore
        }
        return found.size
      })
      expect(colours).toBeGreaterThan(10)
      await page.close()
    })

    it.each([
      ['wide and light', { colorScheme: 'light', viewport: { width: 1400, height: 900 } }],
      ['wide and dark', { colorScheme: 'dark', viewport: { width: 1400, height: 900 } }],
      ['narrow and light', { colorScheme: 'light', viewport: { width: 400, height: 800 } }],
      ['narrow and dark', { colorScheme: 'dark', viewport: { width: 400, height: 800 } }],
    ] as const)('is readable %s: enough contrast, nothing beyond the edge', async (_, options) => {
      const page = await open(options)
      await page.goto(`${served.url}/#token=${served.token}`)
      await live(page)
      await page.waitForFunction(() => document.querySelectorAll('#mechanisms li').length === 13)
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
        options.viewport.width,
      )
      const worst = await page.evaluate(() => {
        const numbers = (colour: string): number[] => (/[\d.]+/g[Symbol.match](colour) ?? []).map(Number)
        const channel = (value: number): number => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4)
        const luminance = ([r = 0, g = 0, b = 0]: number[]): number => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b)
        const ground = (from: Element | null): number[] => {
          for (let one = from; one !== null; one = one.parentElement) {
            const colour = numbers(getComputedStyle(one).backgroundColor)
            if (colour.length === 3 || (colour[3] ?? 0) > 0) return colour
          }
          return [255, 255, 255]
        }
        const ratios = [...document.querySelectorAll('h1,h2,th,td,p,li,button,select,dt,dd')].flatMap(element => {
          if (element.textContent.trim() === '') return []
          const [a, b] = [luminance(numbers(getComputedStyle(element).color)), luminance(ground(element))]
          return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)]
        })
        return Math.min(...ratios)
      }) // prettier-ignore
      // WCAG 2.1, 1.4.3: 4.5 to 1 for text of this size.
      expect(worst).toBeGreaterThanOrEqual(4.5)
      await page.close()
    })

    it('is used by keyboard alone: the focus is seen, a strategy is paused and goes on', async () => {
      const page = await open()
      await page.goto(`${served.url}/#token=${served.token}`)
      await live(page)
      await page.waitForSelector('#strategies button')
      const focused = new Set<string>()
      for (let count = 0; count < 40; count++) {
        await page.keyboard.press('Tab')
        const where = await page.evaluate(() => {
          const one = document.activeElement!
          return { id: one.id || one.textContent, outline: getComputedStyle(one).outlineStyle }
        })
        if (where.id !== '') expect(where.outline, where.id).not.toBe('none')
        focused.add(where.id)
        if (where.id === 'Pause') break
      }
      expect([...focused]).toEqual(expect.arrayContaining(['kill', 'resume', 'symbol', 'interval', 'Pause']))
      await page.keyboard.press('Enter')
      await page.waitForFunction(() => /blocked: all/.test(document.querySelector('#strategies')!.textContent))
      await page.keyboard.press('Enter')
      await page.waitForFunction(() => document.querySelector('#strategies button')?.textContent === 'Pause')
      await page.close()
    })

    it('runs the examples of the guide, as its own script could', async () => {
      const guide = readFileSync(new URL('../../docs/gateway.md', import.meta.url), 'utf8')
      const [events = '', questions = ''] = [...guide.matchAll(/```js\n([^]*?)```/g)].map(([, text]) => text)
      const page = await open()
      await page.goto(served.url)
      const names = `const GENESIS = ${JSON.stringify(served.url)}, TOKEN = ${JSON.stringify(served.token)}`
      await page.evaluate(`window.shown = []; window.show = (kind, what) => window.shown.push(kind); (() => { ${names}; ${events} })()`) // prettier-ignore
      await page.waitForFunction(() => {
        const { shown = [] } = window as unknown as { shown?: string[] }
        return shown.includes('state') && shown.filter(kind => kind === 'event').length > 5
      })
      await page.evaluate(`(async () => { ${names}; ${questions} })()`)
      expect(await page.evaluate(`window.shown.filter(kind => kind === 'paused' || kind === 'resumed').join()`)).toBe('paused,resumed') // prettier-ignore
      await page.close()
    })

    it('asks for the token, and refuses a wrong one', async () => {
      const page = await open()
      await page.goto(served.url)
      await page.waitForSelector('#token:focus')
      await page.keyboard.type('wrong')
      await page.keyboard.press('Enter')
      await page.waitForFunction(() => /refused/.test(document.querySelector('#entry-problem')!.textContent))
      await page.fill('#token', served.token)
      await page.keyboard.press('Enter')
      await live(page)
      await page.close()
    })

    it('comes back by itself when the server was killed and started again', async () => {
      const page = await open()
      await page.goto(`${served.url}/#token=${served.token}`)
      await live(page)
      await page.evaluate(() => ((window as unknown as { same: boolean }).same = true))
      const port = Number(new URL(served.url).port)
      served.run.child.kill('SIGKILL')
      await served.run.finished
      await page.waitForSelector('#link[data-state=lost]')
      served = await serve(ARGUMENTS, { stateHome, port })
      await live(page)
      const before = await page.textContent('#last')
      await page.waitForFunction(text => document.querySelector('#last')!.textContent !== text, before)
      expect(await page.evaluate(() => (window as unknown as { same: boolean }).same)).toBe(true)
      await page.close()
    })

    it('shows a forced disconnection on its mechanism, and that it healed', async () => {
      const exchange = start(['exchange', '--port', '0', '--rate', '100', '--fault', 'cut@1000', '--json'])
      let line = ''
      exchange.child.stdout?.on('data', (text: string) => (line += text))
      await exchange.saw('ws://')
      const address = /ws:\/\/[\d.]+:\d+/.exec(line)?.[0] ?? ''
      const run = await serve(['serve', 'btcusdt@trade', '--exchange', 'sim', '--url', address])
      const page = await browser.newPage()
      await page.goto(`${run.url}/#token=${run.token}`)
      await live(page)
      await page.waitForFunction(() => {
        const card = document.querySelector('[data-name=QuantumTunnelV4]')
        return /lost connection/.test(card?.textContent ?? '')
      })
      await page.waitForFunction(() => /disconnected/.test(document.querySelector('#log')!.textContent))
      await page.waitForFunction(() => document.querySelector('#streams td:nth-child(2)')?.textContent === 'connected')
      await page.waitForFunction(() => Number(document.querySelector('#streams td:nth-child(10)')?.textContent) >= 1)
      await page.close()
      await run.stop()
      exchange.child.kill('SIGINT')
      await exchange.finished
    })

    it('neither broke, nor met its own policy, nor asked anyone but its server', () => {
      expect(problems).toEqual([])
    })
  })
}
