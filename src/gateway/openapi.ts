/** The OpenAPI 3.1 document of the interface, made of the schemas that check it. */
import { z } from 'zod'
import * as schemas from './schemas.js'
import type { Route } from './route.js'

type Json = Readonly<Record<string, unknown>>

export function openApi(routes: readonly Route[], version: string): Json {
  const paths: Record<string, Record<string, Json>> = {}
  for (const route of routes) (paths[route.path] ??= {})[route.method] = operation(route)
  return {
    openapi: '3.1.0',
    info: {
      title: 'genesis',
      version,
      description:
        'State and commands of one run. Events come over the WebSocket /events, Prometheus figures over /metrics.',
    },
    paths,
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    security: [{ token: [] }],
  }
}

function operation({ method, path, summary, tag, query, body, result, isOpen }: Route): Json {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  return {
    operationId: `${method}${path.replace(/\W+(\w)?/g, (_, letter?: string) => letter?.toUpperCase() ?? '')}`,
    summary,
    tags: [tag],
    ...(isOpen === true ? { security: [] } : {}),
    parameters: [
      ...names.map(name => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
      ...Object.entries(query ?? {}).map(([name, schema]) => ({
        name,
        in: 'query',
        required: !schema.safeParse(undefined).success,
        schema: jsonSchema(schema, 'input'),
      })),
    ],
    ...(body === undefined ? {} : { requestBody: { required: true, content: json(jsonSchema(body, 'input')) } }),
    responses: {
      200: { description: 'done', content: json(jsonSchema(result, 'output')) },
      default: { description: 'refused', content: json(jsonSchema(schemas.problem, 'output')) },
    },
  }
}

function json(schema: Json): Json {
  return { 'application/json': { schema } }
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const made: Json = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return Object.fromEntries(Object.entries(made).filter(([key]) => key !== '$schema'))
}
