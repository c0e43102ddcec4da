/** What clients ask of the simulated exchange by WebSocket, read and answered in Binance's words. */

export type BinanceRequest =
  | { readonly method: 'SUBSCRIBE' | 'UNSUBSCRIBE'; readonly id: unknown; readonly names: readonly string[] }
  | { readonly method: 'LIST_SUBSCRIPTIONS'; readonly id: unknown }
  | { readonly method: 'GET_PROPERTY'; readonly id: unknown }
  | { readonly method: 'SET_PROPERTY'; readonly id: unknown; readonly combined: boolean }

/** The error to send back. Codes: 0 unknown property, 1 wrong value of one, 2 invalid request, 3 invalid JSON. */
export interface BinanceRefusal {
  readonly refusal: string
}

export function readRequest(text: string): BinanceRequest | BinanceRefusal {
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    return { refusal: errorText(3, 'Invalid JSON: expected value', null) }
  }
  if (typeof message !== 'object' || message === null) return invalid('expected an object', null)
  const { method, params, id = null } = message as Record<string, unknown>
  if (!isId(id)) return invalid('request ID must be an unsigned integer or a string of at most 36 characters', null)
  switch (method) {
    case 'SUBSCRIBE':
    case 'UNSUBSCRIBE':
      return isNames(params) ? { method, id, names: params } : invalid('params must be a list of stream names', id)
    case 'LIST_SUBSCRIPTIONS':
      return { method, id }
    case 'GET_PROPERTY':
    case 'SET_PROPERTY':
      return readProperty(method, params, id)
    default:
      return invalid(`unknown variant ${JSON.stringify(method ?? null)}, expected one of SUBSCRIBE, UNSUBSCRIBE`, id)
  }
}

export function resultText(result: unknown, id: unknown): string {
  return JSON.stringify({ result, id })
}

export function errorText(code: number, msg: string, id: unknown): string {
  return JSON.stringify({ code, msg, id })
}

function readProperty(
  method: 'GET_PROPERTY' | 'SET_PROPERTY',
  params: unknown,
  id: unknown,
): BinanceRequest | BinanceRefusal {
  const [name, value] = Array.isArray(params) ? (params as unknown[]) : []
  if (name !== 'combined') return { refusal: errorText(0, 'Unknown property', id) }
  if (method === 'GET_PROPERTY') return { method, id }
  return typeof value === 'boolean'
    ? { method, id, combined: value }
    : { refusal: errorText(1, 'Invalid value type: expected Boolean', id) }
}

function invalid(reason: string, id: unknown): BinanceRefusal {
  return { refusal: errorText(2, `Invalid request: ${reason}`, id) }
}

function isNames(params: unknown): params is readonly string[] {
  return Array.isArray(params) && params.length > 0 && params.every(name => typeof name === 'string')
}

function isId(id: unknown): boolean {
  return id === null || (typeof id === 'string' ? /^[A-Za-z0-9_-]{1,36}$/.test(id) : Number.isSafeInteger(id))
}
