/** CRC-32 (ISO 3309, as in zip), the checksum with which exchanges prove an order book. */

/** The checksum of ASCII text, as an unsigned 32-bit integer. */
export function crc32(text: string): number {
  let crc = 0xffffffff
  for (let index = 0; index < text.length; index++) {
    crc = (crc >>> 8) ^ (TABLE[(crc ^ text.charCodeAt(index)) & 0xff] ?? 0)
  }
  return (crc ^ 0xffffffff) >>> 0
}

/** The same as a signed 32-bit integer, as OKX and Bitfinex send it. */
export function signedCrc32(text: string): number {
  return crc32(text) | 0
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value
})
