/** What a report's page may do: nothing may be loaded, and only this program's own scripts and styles may run, known by their hashes. */
import { createHash } from 'node:crypto'

/** A content security policy for a page with these scripts and this style. */
export function policyOf(scripts: readonly string[], style: string): string {
  return `default-src 'none'; script-src ${scripts.map(hashOf).join(' ')}; style-src ${hashOf(style)}; base-uri 'none'; form-action 'none'`
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}
