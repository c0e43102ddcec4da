/** What an adapter declares about a message: which of its values say what. Where they stand on the wire is learned. */

/** One value of a message, or one list, by its path from the root: `data.p`, `data.b`, `1.0`. */
export interface Field<T> {
  readonly path: string
  readonly reads: Reading
  /** Never filled; it only carries the type of what is read. */
  readonly type?: T
}

/**
 * `text`: a plain text and its meaning. `choice`: one of few texts. `id`: a text, or an integer as text. `decimal`: a number or its
 * text, not negative; `above` what is refused to the fast way. `integer`, `time` (RFC 3339, UTC) and `flag` (true or false) as
 * they are called. `list`: rows that are all alike.
 */
export type Reading =
  | { readonly kind: 'text'; readonly mean: (text: string) => unknown }
  | { readonly kind: 'choice'; readonly meanings: ReadonlyMap<string, unknown> }
  | { readonly kind: 'decimal'; readonly zero: 'allowed' | 'refused' }
  | { readonly kind: 'flag'; readonly meanings: { readonly true: unknown; readonly false: unknown } }
  | { readonly kind: 'id' | 'integer' | 'time' | 'milliseconds' | 'nanoseconds' }
  | { readonly kind: 'list'; readonly list: ListReading }
  | { readonly kind: 'optional'; readonly field: Field<unknown> }

export interface ListReading {
  readonly start: (received: number) => unknown
  readonly fields: readonly Field<unknown>[]
  readonly add: (...gatheredAndValues: never[]) => void
}

type Fields<Values extends readonly unknown[]> = readonly [...{ [Index in keyof Values]: Field<Values[Index]> }]

/** A text that repeats, such as a symbol: `mean` is asked once for each. Where it answers undefined, the general way decides. */
export function text<T>(path: string, mean: (text: string) => T | undefined): Field<T> {
  return { path, reads: { kind: 'text', mean } }
}

/** One of few texts or integers, such as a side. Any other goes the general way. */
export function choice<T>(path: string, meanings: Readonly<Record<string, T>>): Field<T> {
  return { path, reads: { kind: 'choice', meanings: new Map(Object.entries(meanings)) } }
}

/** An id as text, as `idText` reads it. */
export function id(path: string): Field<string> {
  return { path, reads: { kind: 'id' } }
}

/** A number above zero, as `exactPrice` reads it. */
export function price(path: string): Field<number> {
  return { path, reads: { kind: 'decimal', zero: 'refused' } }
}

/** A number of zero or more, as `exactSize` reads it. */
export function size(path: string): Field<number> {
  return { path, reads: { kind: 'decimal', zero: 'allowed' } }
}

/** An integer of zero or more, as `sequenceNumber` reads it. */
export function integer(path: string): Field<number> {
  return { path, reads: { kind: 'integer' } }
}

/** A time in RFC 3339 and UTC, in microseconds as `parseIsoMicros` reads it. */
export function isoTime(path: string): Field<number> {
  return { path, reads: { kind: 'time' } }
}

/** A time in nanoseconds since the epoch, nineteen digits, in microseconds; further digits are cut. */
export function nanoseconds(path: string): Field<number> {
  return { path, reads: { kind: 'nanoseconds' } }
}

/**
 * A time in milliseconds since the epoch, thirteen digits with or without a fraction (`"1606292218213.4578"`), in microseconds;
 * further digits are cut.
 */
export function milliseconds(path: string): Field<number> {
  return { path, reads: { kind: 'milliseconds' } }
}

/** True or false, and what each means. */
export function flag<T>(path: string, meanings: { readonly true: T; readonly false: T }): Field<T> {
  return { path, reads: { kind: 'flag', meanings } }
}

/** A field that some layouts of the message lack; it is undefined there. */
export function optional<T>(field: Field<T>): Field<T | undefined> {
  return { path: field.path, reads: { kind: 'optional', field } }
}

/** Rows that are all alike, each added to what `start` made. Paths of `fields` begin at the row. */
export function list<Gathered, Values extends readonly unknown[]>(
  path: string,
  start: (received: number) => Gathered,
  fields: Fields<Values>,
  add: (gathered: Gathered, ...values: Values) => void,
): Field<Gathered> {
  return { path, reads: { kind: 'list', list: { start, fields, add: add as unknown as ListReading['add'] } } }
}

/** One kind of message that can be read from its bytes. */
export interface Rule {
  readonly name: string
  /** Values by which the kind is known. They are part of the layout: other values are other messages. */
  readonly when: Readonly<Record<string, string | number | boolean>>
  /** Further values that decide what the message means, whatever they are. */
  readonly constants: readonly string[]
  /** Values that make it another kind, merely by being there. */
  readonly without: readonly string[]
  readonly fields: readonly Field<unknown>[]
  readonly make: (...receivedOutAndValues: never[]) => boolean
}

export interface RuleDeclaration<Event, Values extends readonly unknown[]> {
  readonly name: string
  readonly when: Rule['when']
  readonly constants?: readonly string[]
  readonly without?: readonly string[]
  readonly fields: Fields<Values>
  /**
   * Appends what the message says, exactly as the general way would. Fields that are not declared must not matter.
   * @returns false, with nothing appended, where only the general way may judge the values.
   */
  readonly make: (received: number, out: Event[], ...values: Values) => boolean
}

export function rule<Event, Values extends readonly unknown[]>(declared: RuleDeclaration<Event, Values>): Rule {
  return { constants: [], without: [], ...declared, make: declared.make as unknown as Rule['make'] }
}
