/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { renderSearch } from '../../../src/report/search/search-report.js'
import { finishedSearch } from './support.js'

const browserPath = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  path => path !== undefined && existsSync(path),
) // prettier-ignore

if (browserPath !== undefined) {
  describe('a heat map in Chromium', () => {
    let browser: Browser
    let address: string
    const directory = mkdtempSync(join(tmpdir(), 'genesis-search-'))
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] })
      const path = join(directory, 'search.html')
      const slow = { name: 'slow', values: Array.from({ length: 14 }, (_, at) => String((at + 1) * 10)) }
      writeFileSync(path, renderSearch(finishedSearch({ axes: [slow, { name: 'fast', values: ['5', '15', '25'] }] })))
      address = pathToFileURL(path).href
    })
    afterAll(async () => {
      await browser.close()
      rmSync(directory, { recursive: true, force: true })
    })

    async function open(options: Parameters<Browser['newPage']>[0] = {}): Promise<{ page: Page; trouble: string[] }> {
      const page = await browser.newPage(options)
      const trouble: string[] = []
      page.on('console', message => trouble.push(`console: ${message.text()}`))
      page.on('pageerror', error => trouble.push(`error: ${error.message}`))
      page.on('request', request => {
        if (request.url() !== address) trouble.push(`request: ${request.url()}`)
      })
      await page.goto(address)
      return { page, trouble }
    }

    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [390, 1300]) {
        it(`has colours, labels and no sideways scroll: ${colorScheme}, ${width} pixels`, async () => {
          const { page, trouble } = await open({ colorScheme, viewport: { width, height: 900 } })
          const seen = await page.evaluate(() => {
            const map = document.querySelector<HTMLElement>('.heat')!
            const fills = [...map.querySelectorAll('.cell:not(.none)')].map(cell => getComputedStyle(cell).fill)
            const paper = getComputedStyle(document.body).backgroundColor
            return {
              sideways: document.documentElement.scrollWidth - window.innerWidth,
              fits: map.getBoundingClientRect().right <= window.innerWidth,
              colours: new Set(fills).size,
              unpainted: fills.filter(fill => fill === 'none' || fill === paper || fill === 'rgb(0, 0, 0)').length,
              axes: [...map.querySelectorAll('.axis')].map(text => text.textContent),
              ticks: map.querySelectorAll('.tick').length,
            }
          })
          expect(trouble).toEqual([])
          expect(seen).toMatchObject({ sideways: 0, fits: true, unpainted: 0, axes: ['slow', 'fast'], ticks: 14 + 3 })
          expect(seen.colours).toBeGreaterThan(4)
          await page.close()
        })
      }
    }

    it('is read under the pointer and by arrow keys, from the best cell on', async () => {
      const { page, trouble } = await open({ viewport: { width: 1300, height: 900 } })
      const reading = page.locator('.heat ~ .reading')
      await page.locator('.heat').focus()
      expect(await reading.textContent()).toMatch(/^slow 20, fast 5: return .*, rank 1$/)
      await page.keyboard.press('ArrowRight')
      expect(await reading.textContent()).toMatch(/^slow 30, fast 5: /)
      await page.keyboard.press('ArrowUp')
      expect(await reading.textContent()).toMatch(/^slow 30, fast 15: /)
      await page.locator('.cell[data-x="0"][data-y="2"]').hover()
      expect(await reading.textContent()).toBe('slow 10, fast 25: not tried, or refused by the strategy')
      await page.locator('summary').first().click()
      expect(await page.locator('details table td').first().isVisible()).toBe(true)
      expect(await page.locator('details table td').count()).toBe(14 * 3)
      expect(trouble).toEqual([])
      await page.close()
    })
  })
} else {
  it('was not looked at: no Chromium', () => {
    expect(browserPath).toBeUndefined()
  })
}
