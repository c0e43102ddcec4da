/** The HTTP side of the gateway: every request is judged, bounded and answered here. */
import { Hono, type Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { z } from 'zod'
import { eventLine } from '../model/event-line.js'
import { EXIT, GenesisError, messageOf } from '../model/errors.js'
import type { Access } from './access.js'
import { COMMAND_ROUTES } from './command-routes.js'
import { openApi } from './openapi.js'
import { pagePolicy } from './page-policy.js'
import type { RateLimiter } from './rate-limiter.js'
import type { Route } from './route.js'
import { STATE_ROUTES } from './state-routes.js'
import { HttpProblem, type Desk } from './view.js'

export interface AppOptions {
  readonly desk: Desk
  readonly access: Access
  readonly requests: RateLimiter
  /** Refused tokens per caller. */
  readonly failures: RateLimiter
  readonly version: string
  /** HTML of the dashboard. */
  readonly page: string
  readonly metrics: () => Promise<{ readonly text: string; readonly type: string }>
  /** Told of what went wrong inside; the caller hears only that it did. */
  readonly trouble: (text: string) => void
}

interface Bindings {
  readonly incoming: { readonly socket: { readonly remoteAddress?: string | undefined } }
}
type App = Hono<{ Bindings: Bindings }>
type Call = Context<{ Bindings: Bindings }>

export const ROUTES: readonly Route[] = [...STATE_ROUTES, ...COMMAND_ROUTES]

const BODY_LIMIT = 16 * 1024

export function createApp(options: AppOptions): App {
  const app: App = new Hono()
  app.onError((error, call) => failure(error, call, options))
  app.notFound(call => problem(call, new HttpProblem(404, 'not_found', `there is nothing at ${call.req.path}`)))
  app.use(async (call, next) => {
    admit(call, options)
    await next()
    secure(call)
  })
  app.use(bodyLimit({ maxSize: BODY_LIMIT, onError: () => { throw new HttpProblem(413, 'too_large', `a body has at most ${BODY_LIMIT} bytes`) } })) // prettier-ignore
  for (const route of ROUTES) addRoute(app, route, options)
  const policy = pagePolicy(options.page)
  const document = openApi(ROUTES, options.version)
  app.get('/openapi.json', call => guarded(call, options, () => call.json(document)))
  app.get('/metrics', call =>
    guarded(call, options, async () => {
      const { text, type } = await options.metrics()
      return call.body(text, 200, { 'Content-Type': type })
    }),
  )
  // The page holds no data: all it shows it asks for with the token.
  app.get('/', call =>
    call.body(options.page, 200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policy }),
  )
  return app
}

function addRoute(app: App, route: Route, options: AppOptions): void {
  const handle = async (call: Call): Promise<Response> => {
    const params = new Map(Object.entries(call.req.param() as Record<string, string>))
    const query = parse(z.object(route.query ?? {}), call.req.query()) as Record<string, never>
    const body = route.body === undefined ? undefined : parse(route.body, await jsonBody(call))
    const result = await route.answer({ params, query, body }, options.desk)
    // Prices print here as they print everywhere else.
    return call.body(eventLine(result as object), 200, { 'Content-Type': 'application/json' })
  }
  const path = route.path.replace(/\{(\w+)\}/g, ':$1')
  app.on(route.method.toUpperCase(), path, call =>
    route.isOpen === true ? handle(call) : guarded(call, options, () => handle(call)),
  )
}

function callerOf(call: Call): string {
  return call.env.incoming.socket.remoteAddress ?? ''
}

/** Names, origins and rates; all before anything is read. */
function admit(call: Call, { access, requests }: AppOptions): void {
  const wait = requests.take(callerOf(call))
  if (wait > 0) {
    call.header('Retry-After', String(wait))
    throw new HttpProblem(429, 'too_many', `too many requests; the next one in ${wait} s`)
  }
  const verdict = access.judgeOrigin({ host: call.req.header('host'), origin: call.req.header('origin') })
  if (verdict === 'bad-host') throw new HttpProblem(403, 'host', 'this server does not go by that name', 'name it with --allow-host') // prettier-ignore
  if (verdict === 'bad-origin') throw new HttpProblem(403, 'origin', 'pages of other sites may not ask here')
}

async function guarded(
  call: Call,
  { access, failures }: AppOptions,
  answer: () => Response | Promise<Response>,
): Promise<Response> {
  const caller = callerOf(call)
  const verdict = access.judge({
    host: call.req.header('host'),
    origin: call.req.header('origin'),
    authorization: call.req.header('authorization'),
    protocols: undefined,
  })
  if (verdict === 'granted') return answer()
  const wait = failures.take(caller)
  if (wait > 0) {
    call.header('Retry-After', String(wait))
    throw new HttpProblem(429, 'too_many', `too many refused tokens; the next try in ${wait} s`)
  }
  call.header('WWW-Authenticate', 'Bearer realm="genesis"')
  throw new HttpProblem(401, 'token', verdict === 'no-token' ? 'a token is needed' : 'that is not the token', 'send Authorization: Bearer TOKEN; genesis serve prints where the token is') // prettier-ignore
}

function secure(call: Call): void {
  const headers = {
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cache-Control': 'no-store',
  }
  for (const [name, value] of Object.entries(headers)) call.res.headers.set(name, value)
  if (!call.res.headers.has('Content-Security-Policy')) {
    call.res.headers.set('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'")
  }
}

/** Only `application/json`: a form of another site can send the other types without asking first. */
async function jsonBody(call: Call): Promise<unknown> {
  const type = (call.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase()
  const text = await call.req.text()
  if (text === '') return {}
  if (type !== 'application/json') throw new HttpProblem(415, 'type', 'a body must be application/json')
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new HttpProblem(400, 'json', messageOf(error))
  }
}

function parse(schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const message = result.error.issues
    .map(({ path, message: text }) => `${path.join('.') || 'body'}: ${text}`)
    .join('; ')
  throw new HttpProblem(400, 'input', message)
}

function failure(error: unknown, call: Call, { trouble }: AppOptions): Response {
  if (error instanceof HttpProblem) return problem(call, error)
  if (error instanceof GenesisError) {
    const status = error.exit === EXIT.usage ? 400 : 409
    return problem(call, new HttpProblem(status, error.code, error.message, error.hint ?? null))
  }
  trouble(`${call.req.method} ${call.req.path}: ${messageOf(error)}`)
  return problem(call, new HttpProblem(500, 'internal', 'that failed inside; the log of genesis says why'))
}

function problem(call: Call, { status, code, message, hint }: HttpProblem): Response {
  const response = call.body(eventLine({ error: { code, message, hint } }), status, { 'Content-Type': 'application/json' }) // prettier-ignore
  return response
}
