/** A new text file, written in blocks. */
import { constants } from 'node:fs'
import { fileError } from '../file-error.js'
import { type OpenFile, realFileSystem, writeAll } from '../file-system.js'

const BLOCK = 256 * 1024
const FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW

export class TextFile {
  private waiting: string[] = []
  private waitingLength = 0
  private position = 0

  private constructor(
    private readonly path: string,
    private readonly file: OpenFile,
  ) {}

  /** @throws GenesisError where it exists already or cannot be made. */
  static async create(path: string): Promise<TextFile> {
    try {
      return new TextFile(path, await realFileSystem.open(path, FLAGS, 0o644))
    } catch (error) {
      throw fileError('create it', path, error)
    }
  }

  async add(text: string): Promise<void> {
    this.waiting.push(text)
    this.waitingLength += text.length
    if (this.waitingLength >= BLOCK) await this.flush()
  }

  async close(): Promise<void> {
    await this.flush()
    await this.file.close()
  }

  private async flush(): Promise<void> {
    const bytes = Buffer.from(this.waiting.join(''))
    this.waiting = []
    this.waitingLength = 0
    const { written, failure } = await writeAll(this.file, bytes, this.position)
    this.position += written
    if (failure !== undefined) throw fileError('write to it', this.path, failure)
  }
}
