/** Addresses: an exchange's own path joined to a base, and the origin for REST that belongs to a WebSocket address. */

const ORIGIN = /^[a-z]+:\/\/[^/?#]+/i

/** A base without a path gets `path`; a base that names a path of its own is used as it is. */
export function joinAddress(base: string, path: string): string {
  const origin = ORIGIN.exec(base)?.[0]
  const rest = origin === undefined ? base : base.slice(origin.length)
  return rest === '' || rest === '/' ? `${origin ?? ''}${path}` : base
}

/** `http(s)://host:port` of a custom base in either protocol, or `own` where there is no custom base. */
export function restOrigin(base: string | null, own: string): string {
  const origin = base === null ? own : (ORIGIN.exec(base)?.[0] ?? base)
  return origin.replace(/^ws/i, 'http')
}
