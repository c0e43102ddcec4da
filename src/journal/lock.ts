/** Keeps a second recorder off a file: a lock beside it that names the process and when that process began. */
import { EXIT, GenesisError } from '../model/errors.js'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { fileError } from './file-error.js'
import { CREATE, READ, type FileSystem, errnoOf, readAt, writeAll } from './file-system.js'

export interface Lock {
  release(): Promise<void>
}

interface Holder {
  readonly pid: number
  /** Ticks since boot at which the process began, so that a reused process id is not taken for the old process. */
  readonly began: string
  readonly host: string
}

/** @throws GenesisError `locked` where a living process holds the lock. A lock whose process is gone is taken over. */
export async function lockFile(files: FileSystem, target: string): Promise<Lock> {
  const path = `${target}.lock`
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      await create(files, path)
      return { release: () => files.unlink(path).catch(() => undefined) }
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw fileError('lock it', target, error)
    }
    await refuseOrClear(files, path, target)
  }
  throw new GenesisError('locked', `${target}: the lock ${path} cannot be taken`, EXIT.failed, {
    hint: `remove ${path} if no genesis is recording`,
  })
}

async function create(files: FileSystem, path: string): Promise<void> {
  const file = await files.open(path, CREATE, 0o644)
  const holder: Holder = { pid: process.pid, began: beganAt(process.pid), host: hostname() }
  const { failure } = await writeAll(file, Buffer.from(`${JSON.stringify(holder)}\n`), 0)
  await file.close()
  if (failure === undefined) return
  await files.unlink(path).catch(() => undefined)
  throw fileError('lock it', path, failure)
}

async function refuseOrClear(files: FileSystem, path: string, target: string): Promise<void> {
  const holder = await readHolder(files, path)
  if (holder !== undefined && isAlive(holder)) {
    throw new GenesisError('locked', `${target}: process ${holder.pid} is recording to it`, EXIT.failed, {
      hint: 'stop that process or choose another file',
    })
  }
  // Renamed first, so that of two processes that see the same stale lock only one removes it.
  const aside = `${path}.${process.pid}`
  try {
    await files.rename(path, aside)
    await files.unlink(aside)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw fileError('remove the stale lock of', target, error)
  }
}

async function readHolder(files: FileSystem, path: string): Promise<Holder | undefined> {
  try {
    const file = await files.open(path, READ)
    const bytes = await readAt(file, 0, 4096)
    await file.close()
    const holder = JSON.parse(bytes.toString('utf8')) as Partial<Holder>
    if (!Number.isSafeInteger(holder.pid) || typeof holder.began !== 'string') return undefined
    return { pid: holder.pid ?? 0, began: holder.began, host: String(holder.host) }
  } catch {
    return undefined
  }
}

function isAlive(holder: Holder): boolean {
  // Of a process on another machine nothing can be known; it counts as alive.
  if (holder.host !== hostname()) return true
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    if (errnoOf(error) === 'ESRCH') return false
  }
  const began = beganAt(holder.pid)
  return began === '' || holder.began === '' || began === holder.began
}

/** Field 22 of /proc/PID/stat (proc(5)); empty where the system has no such file. */
function beganAt(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}
