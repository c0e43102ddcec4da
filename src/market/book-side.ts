/** One side of an order book: levels sorted by price in small blocks, so that an update costs O(log levels) wherever it falls. */
import type { Level } from '../model/event.js'

const BLOCK_LEVELS = 64

/** Sorted by key, worst first; `key` is the price, negated on the side where low prices are best. */
interface Block {
  readonly keys: Float64Array
  readonly sizes: Float64Array
  count: number
}

/** Bids or asks. The best level is the last of the last block, where most updates fall and an insertion moves least. */
export class BookSide {
  private blocks: Block[] = [emptyBlock()]
  private count = 0

  /** @param sign 1 where the highest price is best (bids), -1 where the lowest is (asks). */
  constructor(private readonly sign: 1 | -1) {}

  /** Number of levels. */
  get length(): number {
    return this.count
  }

  get bestPrice(): number | undefined {
    const block = this.lastBlock()
    return this.count === 0 ? undefined : this.priceOf(block, block.count - 1)
  }

  get bestSize(): number {
    const block = this.lastBlock()
    return this.count === 0 ? 0 : (block.sizes[block.count - 1] ?? 0)
  }

  /** Sets the size at a price; 0 removes the level. */
  set(price: number, size: number): void {
    const key = this.sign * price
    const index = this.blockFor(key)
    const block = this.blocks[index] ?? this.lastBlock()
    const position = lowerBound(block, key)
    const found = position < block.count && block.keys[position] === key
    if (size === 0) {
      if (found) this.removeAt(index, block, position)
    } else if (found) {
      block.sizes[position] = size
    } else {
      this.insert(index, block, position, key, size)
    }
  }

  /** Size at a price; 0 where there is no level. */
  volumeAt(price: number): number {
    const key = this.sign * price
    const block = this.blocks[this.blockFor(key)] ?? this.lastBlock()
    const position = lowerBound(block, key)
    return position < block.count && block.keys[position] === key ? (block.sizes[position] ?? 0) : 0
  }

  /** Calls `visit` for each level, best first, until it returns false. */
  walk(visit: (price: number, size: number) => boolean): void {
    for (let index = this.blocks.length - 1; index >= 0; index--) {
      const block = this.blocks[index]
      if (block === undefined) return
      for (let position = block.count - 1; position >= 0; position--) {
        if (!visit(this.priceOf(block, position), block.sizes[position] ?? 0)) return
      }
    }
  }

  /** The best `limit` levels, best first; all of them where no limit is given. */
  top(limit = this.count): Level[] {
    const levels: Level[] = []
    if (limit <= 0) return levels
    this.walk((price, size) => levels.push([price, size]) < limit)
    return levels
  }

  /** Removes the worst levels until at most `depth` are left. @returns the prices removed. */
  truncate(depth: number): number[] {
    const removed: number[] = []
    while (this.count > depth) {
      const block = this.blocks[0]
      if (block === undefined) break
      removed.push(this.priceOf(block, 0))
      this.removeAt(0, block, 0)
    }
    return removed
  }

  clear(): void {
    this.blocks = [emptyBlock()]
    this.count = 0
  }

  private priceOf(block: Block, position: number): number {
    return this.sign * (block.keys[position] ?? Number.NaN)
  }

  private lastBlock(): Block {
    return this.blocks[this.blocks.length - 1] as Block
  }

  /** The block that holds the key, or would: the last one that begins at or before it. */
  private blockFor(key: number): number {
    let low = 0
    let high = this.blocks.length - 1
    // Most updates are near the best price, and that is in the last block.
    if ((this.blocks[high]?.keys[0] ?? key) <= key) return high
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if ((this.blocks[middle]?.keys[0] ?? key) <= key) low = middle
      else high = middle - 1
    }
    return low
  }

  private insert(index: number, block: Block, position: number, key: number, size: number): void {
    if (block.count === BLOCK_LEVELS) {
      const upper = splitBlock(block)
      this.blocks.splice(index + 1, 0, upper)
      if (position > block.count) {
        insertInto(upper, position - block.count, key, size)
        this.count++
        return
      }
    }
    insertInto(block, position, key, size)
    this.count++
  }

  private removeAt(index: number, block: Block, position: number): void {
    block.keys.copyWithin(position, position + 1, block.count)
    block.sizes.copyWithin(position, position + 1, block.count)
    block.count--
    this.count--
    if (block.count < BLOCK_LEVELS / 4 && this.blocks.length > 1) this.mergeWithNeighbour(index, block)
  }

  /** Keeps blocks from thinning out one by one as the price wanders away from them. */
  private mergeWithNeighbour(index: number, block: Block): void {
    const lower = index === 0 ? block : this.blocks[index - 1]
    const upper = index === 0 ? this.blocks[1] : block
    if (lower === undefined || upper === undefined || lower.count + upper.count > BLOCK_LEVELS / 2) {
      if (block.count === 0) this.blocks.splice(index, 1)
      return
    }
    lower.keys.set(upper.keys.subarray(0, upper.count), lower.count)
    lower.sizes.set(upper.sizes.subarray(0, upper.count), lower.count)
    lower.count += upper.count
    this.blocks.splice(index === 0 ? 1 : index, 1)
  }
}

function emptyBlock(): Block {
  return { keys: new Float64Array(BLOCK_LEVELS), sizes: new Float64Array(BLOCK_LEVELS), count: 0 }
}

/** First position whose key is not below `key`. */
function lowerBound(block: Block, key: number): number {
  let low = 0
  let high = block.count
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((block.keys[middle] ?? key) < key) low = middle + 1
    else high = middle
  }
  return low
}

function insertInto(block: Block, position: number, key: number, size: number): void {
  // A loop is faster than copyWithin for the few levels that lie above the best price.
  for (let at = block.count; at > position; at--) {
    block.keys[at] = block.keys[at - 1] ?? 0
    block.sizes[at] = block.sizes[at - 1] ?? 0
  }
  block.keys[position] = key
  block.sizes[position] = size
  block.count++
}

/** Moves the upper half of a full block to a new one. */
function splitBlock(block: Block): Block {
  const half = BLOCK_LEVELS / 2
  const upper = emptyBlock()
  upper.keys.set(block.keys.subarray(half, block.count))
  upper.sizes.set(block.sizes.subarray(half, block.count))
  upper.count = block.count - half
  block.count = half
  return upper
}
