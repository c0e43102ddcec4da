/** Drives the built command line as a user does: a child process, its output, its exit code. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const bin = fileURLToPath(new URL('../../bin/genesis.js', import.meta.url))

export interface Finished {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  /** stdout's lines as JSON. */
  readonly events: Record<string, any>[] // eslint-disable-line @typescript-eslint/no-explicit-any -- whatever was printed
  readonly summary: Record<string, any> // eslint-disable-line @typescript-eslint/no-explicit-any -- as above
}

export interface Running {
  readonly child: ChildProcess
  readonly finished: Promise<Finished>
  /** Resolves when stdout or stderr holds the text. */
  saw(text: string): Promise<void>
  /** stdout so far. */
  printed(): string
}

export interface RunOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string | Buffer
  /** A program and its arguments that are given the command line to run, such as one that sets limits first. */
  readonly through?: readonly string[]
  /** Killed after this long; the test then sees no exit code. */
  readonly timeoutMs?: number
}

export function start(args: readonly string[], options: RunOptions = {}): Running {
  const [program = process.execPath, ...words] = [...(options.through ?? []), process.execPath, bin, ...args]
  const child = spawn(program, words, {
    cwd: options.cwd ?? tmpdir(),
    env: { ...process.env, NO_COLOR: '1', XDG_STATE_HOME: stateHome(), ...options.env },
  })
  const outputs = { stdout: '', stderr: '' }
  const watchers = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      outputs[name] += text
      for (const watcher of watchers) watcher()
    })
  }
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input)
  const killer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 25_000)
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(killer)
      resolve(finish(code, signal, outputs))
    })
  })
  const saw = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (!outputs.stdout.includes(text) && !outputs.stderr.includes(text)) return
        watchers.delete(check)
        resolve()
      }
      watchers.add(check)
      check()
      void finished.then(() => {
        check()
        reject(new Error(`ended without printing ${JSON.stringify(text)}:\n${outputs.stdout}\n${outputs.stderr}`))
      })
    })
  return { child, finished, saw, printed: () => outputs.stdout }
}

export function genesis(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return start(args, options).finished
}

function finish(
  code: number | null,
  signal: NodeJS.Signals | null,
  outputs: { stdout: string; stderr: string },
): Finished {
  const events = outputs.stdout
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line) as Record<string, unknown>)
  const summary = events.findLast(event => event['type'] === 'summary') ?? {}
  return { code, signal, ...outputs, events, summary }
}

let state: string | undefined

function stateHome(): string {
  state ??= temporaryDirectory('state')
  return state
}

const directories: string[] = []

/** A directory that is gone when the test process ends. */
export function temporaryDirectory(label: string): string {
  const directory = mkdtempSync(join(tmpdir(), `genesis-test-${label}-`))
  directories.push(directory)
  return directory
}

process.on('exit', () => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true })
})
