/**
 * Code that reads the number at `at` into a variable, as a compiled layout writes it out: lines that leave the function with false
 * where there is none, or none that is surely read as `JSON.parse` and `epochMicros` read it. They use the variables `w`, `c`, `s`
 * and `f` of that function.
 */

const LONGEST_DECIMAL = 40
const LONGEST_INTEGER = 16
/** Of a text in milliseconds, as in `epochMicros`; of a bare number, what a double keeps below {@link MILLIS_ROUNDED}. */
const LONGEST_FRACTION = { quoted: 12, bare: 3 } as const
/** 2^43 milliseconds (the year 2248), in microseconds: from there on doubles are further apart than a thousandth. */
const MILLIS_ROUNDED = 8_796_093_022_208_000
/** Digits that surely survive a double, and with them the longest bare number that `JSON.parse` may read. */
const EXACT_DIGITS = 15

/** Digits by fours while four are there, then one by one, into `name`; of no more than `most` where that is told. */
function digits(name: string, most?: number): string[] {
  const more = most === undefined ? '' : `at - s < ${most} && `
  return [
    // All four high halves are 3, also after adding 6 to each, which carries from `:` on.
    `while (${more}(w = words.getInt32(at, true), ((w & -252645136) | (((w + 101058054) & -252645136) >>> 4)) === 858993459)) {`,
    // Neighbours become numbers of two digits, then the two of them one of four.
    'w &= 252645135',
    'w = Math.imul(w, 10) + (w >>> 8)',
    `${name} = ${name} * 10000 + ((w & 255) * 100 + ((w >>> 16) & 255))`,
    'at += 4',
    '}',
    `while (${more}(c = bytes[at] - 48) >>> 0 <= 9) { ${name} = ${name} * 10 + c; at++ }`,
  ]
}

/** JSON allows no zero before other digits; texts may have them. */
export function noLeadingZero(quoted: boolean): string[] {
  return quoted ? [] : ['if (bytes[at] === 48 && (bytes[at + 1] - 48) >>> 0 <= 9) return false']
}

/** A rounded value would be above the greatest integer that is exact. */
export function integerCode(name: string, quoted: boolean): string[] {
  return [
    `let ${name} = 0`,
    's = at',
    ...noLeadingZero(quoted),
    ...digits(name),
    `if (at === s || at - s > ${LONGEST_INTEGER} || ${name} > ${Number.MAX_SAFE_INTEGER}) return false`,
  ]
}

/**
 * Whole and fraction as one integer, divided by a power of ten: both are exact in a double, so the quotient is the correctly rounded
 * one (Clinger, "How to read floating point numbers accurately", 1990). With 15 digits at most, trailing zeros aside, it also
 * prints back as it came; what has more is left to the general way.
 */
export function decimalCode(name: string, quoted: boolean): string[] {
  return [
    `let ${name} = 0`,
    's = at',
    'f = 0',
    ...noLeadingZero(quoted),
    ...digits(name),
    'if (at === s) return false',
    'if (bytes[at] === 46) {',
    'f = ++at',
    ...digits(name),
    'f = at - f',
    'if (f === 0 || f > 22) return false',
    '}',
    `if (at - s > ${quoted ? LONGEST_DECIMAL : EXACT_DIGITS}) return false`,
    `if (${name} >= 1e15 && (${name} > 9007199254740991 || ${name} % 10 !== 0)) return false`,
    `if (f !== 0) ${name} /= powers[f]`,
  ]
}

/** Sixteen digits as one number, then three that are cut. */
export function nanosecondsCode(name: string): string[] {
  return [
    `let ${name} = 0`,
    's = at',
    'if (bytes[at] === 48) return false',
    ...digits(name, 16),
    'if (at - s !== 16) return false',
    'for (s = at + 3; at < s; at++) if ((bytes[at] - 48) >>> 0 > 9) return false',
  ]
}

/** Thirteen digits and three of the fraction as one integer, so that nothing is rounded. */
export function millisecondsCode(name: string, quoted: boolean): string[] {
  return [
    `let ${name} = 0`,
    's = at',
    'if (bytes[at] === 48) return false',
    ...digits(name),
    'if (at - s !== 13) return false',
    `${name} *= 1000`,
    'if (bytes[at] === 46) {',
    's = ++at',
    // What a digit counts: 100, 10, 1, then nothing.
    `for (w = 100; (c = bytes[at] - 48) >>> 0 <= 9; at++) { ${name} += c * w; w = (w / 10) | 0 }`,
    `if (at === s || at - s > ${quoted ? LONGEST_FRACTION.quoted : LONGEST_FRACTION.bare}) return false`,
    ...(quoted ? [] : [`if (${name} >= ${MILLIS_ROUNDED}) return false`]),
    '}',
  ]
}
