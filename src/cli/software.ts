/** Which program this is. */
import { readFileSync } from 'node:fs'

/** The version in the package's manifest, which lies two folders up, from the source as from the bundle. */
export function version(): string {
  const manifest = new URL('../../package.json', import.meta.url)
  const { version: text } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
  return text
}

/** `genesis 0.1.0`, for the headers of what it writes. */
export function software(): string {
  return `genesis ${version()}`
}
