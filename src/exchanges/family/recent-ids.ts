/** The last few ids that were seen, to tell the second copy of a message from a new one. */

export class RecentIds {
  private readonly ids = new Set<string>()

  /** @param limit how many are remembered; the oldest is forgotten first. */
  constructor(private readonly limit: number) {}

  /** @returns false where the id is remembered already. */
  add(id: string): boolean {
    if (this.ids.has(id)) return false
    if (this.ids.size >= this.limit) {
      const [oldest] = this.ids
      if (oldest !== undefined) this.ids.delete(oldest)
    }
    this.ids.add(id)
    return true
  }
}
