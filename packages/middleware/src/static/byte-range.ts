/** One range of a file (RFC 9110 section 14). Several ranges are answered whole, as the section allows. */
import parseRange from 'range-parser'

/** Offsets of the first byte and behind the last. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** The range a Range header asks for; undefined for the whole file, 'unsatisfiable' for a 416. */
export function byteRange(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | undefined {
  if (header === undefined || !/^bytes=/i.test(header)) return undefined
  const suffix = /^bytes=\s*-(\d+)\s*$/i.exec(header)?.[1]
  // A suffix longer than the file means all of it (section 14.1.2); range-parser calls that unsatisfiable.
  if (suffix !== undefined && Number(suffix) >= size && size > 0) return { start: 0, end: size }
  const ranges = parseRange(size, header, { combine: true })
  if (ranges === -1) return 'unsatisfiable'
  const [first, second] = ranges === -2 ? [] : ranges
  return first === undefined || second !== undefined ? undefined : { start: first.start, end: first.end + 1 }
}
