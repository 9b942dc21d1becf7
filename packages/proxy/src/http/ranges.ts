/** The Range field (RFC 9110 section 14): what it asks of a body of a known size. */

/** Bytes `start` up to, not including, `end`; `prefix` is what a multipart answer writes before them. */
export interface FileRange {
  readonly start: number
  readonly end: number
  readonly prefix?: string
}

/** The ranges asked for; `ignore` when the field does not apply, `unsatisfiable` for a 416. */
export function parseRanges(
  field: string,
  size: number,
  maxRanges: number,
): readonly FileRange[] | 'ignore' | 'unsatisfiable' {
  if (!/^bytes=./i.test(field) || maxRanges === 0) return 'ignore'
  const ranges: FileRange[] = []
  let total = 0
  let count = 0
  for (const part of field.slice('bytes='.length).split(',')) {
    const match = /^\s*(\d*)\s*-\s*(\d*)\s*$/.exec(part)
    if (match === null) return 'unsatisfiable'
    const [, first = '', last = ''] = match
    if (first === '' && last === '') return 'unsatisfiable'
    const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
    const end = first === '' || last === '' ? size : Math.min(Number(last) + 1, size)
    if (first !== '' && last !== '' && Number(last) < Number(first)) return 'unsatisfiable'
    // All of an empty body: there is nothing to leave out.
    if (start === 0 && end === 0) return 'ignore'
    if (start >= size || start >= end) continue
    if (++count > maxRanges) return 'ignore'
    ranges.push({ start, end })
    total += end - start
  }
  if (ranges.length === 0) return 'unsatisfiable'
  return total > size ? 'ignore' : ranges
}
