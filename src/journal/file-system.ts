/** The few file operations that recording needs, so that tests can make any one of them fail. */
import { constants, promises } from 'node:fs'

export interface OpenFile {
  read(bytes: Buffer, offset: number, length: number, position: number): Promise<{ bytesRead: number }>
  write(bytes: Buffer, offset: number, length: number, position: number): Promise<{ bytesWritten: number }>
  datasync(): Promise<void>
  truncate(length: number): Promise<void>
  stat(): Promise<FileFacts>
  close(): Promise<void>
}

export interface FileFacts {
  readonly size: number
  readonly ino: number
  readonly dev: number
  readonly nlink: number
  isFile(): boolean
  isDirectory(): boolean
}

export interface FileSystem {
  open(path: string, flags: number, mode?: number): Promise<OpenFile>
  stat(path: string): Promise<FileFacts>
  rename(from: string, to: string): Promise<void>
  unlink(path: string): Promise<void>
  mkdir(path: string, options: { recursive: true }): Promise<unknown>
  readdir(path: string): Promise<string[]>
}

export const realFileSystem: FileSystem = promises

/** Never through a symbolic link, never over something that came into being meanwhile. */
export const CREATE = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
export const REOPEN = constants.O_RDWR | constants.O_NOFOLLOW
export const READ = constants.O_RDONLY

/** The system's name of the failure (`ENOSPC`), or the empty text. */
export function errnoOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : ''
}

/** Writes all of it, however many calls the system needs. @returns bytes written before `failure`, if there was one. */
export async function writeAll(
  file: OpenFile,
  bytes: Buffer,
  position: number,
): Promise<{ written: number; failure?: unknown }> {
  let written = 0
  while (written < bytes.length) {
    try {
      const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written)
      if (bytesWritten === 0) return { written, failure: new Error('the system wrote nothing') }
      written += bytesWritten
    } catch (failure) {
      return { written, failure }
    }
  }
  return { written }
}

/** Reads up to `length` bytes at `position`; fewer only at the end of the file. */
export async function readAt(file: OpenFile, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}
