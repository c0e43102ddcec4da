/** What a part of the fold remembers, as data: so that another part of its class can go on where it stands. */
import { GenesisError } from '../model/errors.js'

/** A class whose instances may stand in lists and maps of a part. */
export type Remembered = abstract new (...args: never[]) => object

type Fields = Record<string, unknown>

/** Marks the fields of an instance; no field of ours is called so. */
const CLASS = ' class'

/**
 * Reads and writes the fields of parts that keep their state in fields, private ones of TypeScript included. Functions are left out:
 * they are how a part is wired, which is the same in every new one. What is given out holds nothing of the part itself.
 */
export class Memory {
  private readonly classes: ReadonlyMap<string, Remembered>

  /** @param classes those of instances that are not fields themselves, but stand in lists, maps or other such instances. */
  constructor(classes: readonly Remembered[] = []) {
    this.classes = new Map(classes.map(one => [one.name, one]))
  }

  /**
   * @param wiring fields that a new part is given when it is made.
   * @throws GenesisError where the part holds what is no data, such as a function in a list.
   */
  capture(part: object, wiring: readonly string[] = []): unknown {
    const fields: Fields = { [CLASS]: part.constructor.name }
    for (const [name, value] of Object.entries(part)) {
      if (wiring.includes(name)) continue
      // What a field holds from the beginning is there in a new part as well, whatever its class.
      if (typeof value !== 'function') define(fields, name, isInstance(value) ? this.capture(value) : this.copy(value))
    }
    return fields
  }

  /** Gives `part`, which is new, the state of the one that was captured. @throws GenesisError where the two do not fit. */
  restore(part: object, captured: unknown): void {
    for (const [name, value] of Object.entries(captured as Fields)) {
      if (name === CLASS) continue
      const own: unknown = Reflect.get(part, name)
      if (isInstance(own) && isFields(value)) this.restore(own, value)
      else define(part, name, this.revive(value))
    }
  }

  /** What {@link capture} made of a value, as a value again. @throws GenesisError */
  revive(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
    if (Array.isArray(value)) return value.map(item => this.revive(item))
    if (value instanceof Map) return new Map([...value].map(([key, item]) => [this.revive(key), this.revive(item)]))
    if (value instanceof Set) return new Set([...value].map(item => this.revive(item)))
    const { [CLASS]: name, ...fields } = value as Fields
    const made = name === undefined ? {} : (Object.create(this.prototypeOf(name as string)) as object)
    for (const [key, item] of Object.entries(fields)) define(made, key, this.revive(item))
    return made
  }

  private copy(value: unknown): unknown {
    if (typeof value === 'function' || typeof value === 'symbol') throw unfit(`a ${typeof value} among data`)
    if (typeof value !== 'object' || value === null) return value
    if (ArrayBuffer.isView(value)) return structuredClone(value)
    if (Array.isArray(value)) return value.map(item => this.copy(item))
    if (value instanceof Map) return new Map([...value].map(([key, item]) => [this.copy(key), this.copy(item)]))
    if (value instanceof Set) return new Set([...value].map(item => this.copy(item)))
    const fields: Fields = {}
    if (isInstance(value)) {
      this.prototypeOf(value.constructor.name)
      fields[CLASS] = value.constructor.name
    }
    for (const [name, item] of Object.entries(value)) {
      if (typeof item !== 'function') define(fields, name, this.copy(item))
    }
    return fields
  }

  private prototypeOf(name: string): object {
    const known = this.classes.get(name)
    if (known === undefined) throw unfit(`an instance of ${name}`)
    return known.prototype as object
  }
}

function isInstance(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) return false
  if (value instanceof Map || value instanceof Set) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype !== Object.prototype && prototype !== null
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && CLASS in value
}

/** Also names such as `__proto__` are nothing but names here. */
function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true })
}

function unfit(what: string): GenesisError {
  return new GenesisError('memory', `a state that cannot be taken over: ${what}`)
}
