/** The world as the command line sees it, in one object, so that tests can stand in for it. */
import type { Writable } from 'node:stream'

/** An output that may be a terminal. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number }

export interface Io {
  readonly stdout: Output
  readonly stderr: Output
  readonly stdin: NodeJS.ReadStream
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Calls back on each request to stop, with the signal's name; returns how to let go. */
  onInterrupt(listener: (signal: NodeJS.Signals) => void): () => void
  /** Calls back, in place of whoever registered before, with what was thrown and caught by nobody; returns how to let go. */
  onCrash(listener: (error: unknown) => void): () => void
  /** Leaves at once; only for the second Ctrl-C. */
  leave(code: number): never
}

const STOP_SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

export function processIo(): Io {
  const crashListeners: ((error: unknown) => void)[] = []
  const crashed = (error: unknown): void => crashListeners.at(-1)?.(error)
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    env: process.env,
    cwd: process.cwd(),
    onInterrupt: listener => {
      for (const signal of STOP_SIGNALS) process.on(signal, listener)
      return () => {
        for (const signal of STOP_SIGNALS) process.off(signal, listener)
      }
    },
    onCrash: listener => {
      if (crashListeners.push(listener) === 1) process.on('uncaughtException', crashed)
      return () => {
        crashListeners.splice(crashListeners.indexOf(listener), 1)
        if (crashListeners.length === 0) process.off('uncaughtException', crashed)
      }
    },
    leave: code => process.exit(code),
  }
}
