/** The latest ids, in bounded memory. */
export class SeenIds {
  private recent = new Set<string>()
  private before = new Set<string>()

  /** Between `limit` and twice as many ids are remembered. */
  constructor(private readonly limit: number) {}

  /** @returns false where the id is known. */
  add(id: string): boolean {
    if (this.recent.has(id) || this.before.has(id)) return false
    this.recent.add(id)
    if (this.recent.size >= this.limit) {
      this.before = this.recent
      this.recent = new Set()
    }
    return true
  }
}
