/** What unpacking a file gives: bytes that are proven whole, and the places where it is not. */

export type Piece =
  /** `end` is where in the file the next member begins, where that can be said. */
  | { readonly kind: 'bytes'; readonly bytes: Buffer; readonly end?: number }
  /** `length` packed bytes at `offset` cannot be read. */
  | { readonly kind: 'damage'; readonly offset: number; readonly length: number; readonly reason: string }
  /** The file was cut off in the middle of what stands at `offset`. */
  | { readonly kind: 'torn'; readonly offset: number; readonly length: number; readonly reason: string }
