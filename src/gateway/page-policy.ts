/** What the page may do: run the parts it was built with and talk to its own server, and nothing else. */
import { createHash } from 'node:crypto'

/** The Content-Security-Policy of a page whose scripts and styles all stand inside it; each is named by its digest. */
export function pagePolicy(html: string): string {
  return [
    "default-src 'none'",
    `script-src ${digests(html, 'script')}`,
    `style-src ${digests(html, 'style')}`,
    'img-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

function digests(html: string, element: 'script' | 'style'): string {
  const parts = [...html.matchAll(new RegExp(`<${element}>([^]*?)</${element}>`, 'g'))]
  const sources = parts.map(([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`)
  return sources.length === 0 ? "'none'" : sources.join(' ')
}
