/** One address of the interface, as data: what it takes, what it gives, and what it does. */
import type { z } from 'zod'
import type { Desk } from './view.js'

type Shape = Readonly<Record<string, z.ZodType>>

export interface RouteSpec<Query extends Shape, Body extends z.ZodType, Result extends z.ZodType> {
  readonly method: 'get' | 'post' | 'delete'
  /** Parameters in braces, as OpenAPI writes them. */
  readonly path: string
  readonly summary: string
  readonly tag: 'state' | 'commands' | 'health'
  readonly query?: Query
  readonly body?: Body
  readonly result: Result
  /** Open to anyone who reaches the server. */
  readonly isOpen?: true
  readonly answer: (input: RouteInput<Query, Body>, desk: Desk) => z.input<Result> | Promise<z.input<Result>>
}

export interface RouteInput<Query extends Shape, Body extends z.ZodType> {
  readonly params: ReadonlyMap<string, string>
  readonly query: { readonly [Name in keyof Query]: z.output<Query[Name]> }
  readonly body: z.output<Body>
}

/** Any route, its types forgotten. */
export type Route = RouteSpec<Shape, z.ZodType, z.ZodType>

export function route<Query extends Shape, Body extends z.ZodType, Result extends z.ZodType>(
  spec: RouteSpec<Query, Body, Result>,
): Route {
  return spec as unknown as Route
}
