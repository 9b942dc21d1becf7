/** What arguments mean: sizes, times, flags, numbers, one of a few words. nginx's grammar and nginx's complaints.
 *
 * `parse...` turns text into a value or undefined. `read...` takes the argument of a statement, reports when it is
 * wrong, and then gives undefined.
 */
import type { Report } from './diagnostic.ts'
import type { Statement, Word } from './statement.ts'

/** `512`, `8k`, `1m` (and `1g` where offsets are meant) in bytes. */
export function parseSize(text: string, largest: 'm' | 'g' = 'm'): number | undefined {
  const match = /^(\d+)([kmg]?)$/i.exec(text)
  if (match === null) return undefined
  const unit = (match[2] ?? '').toLowerCase()
  if (unit === 'g' && largest !== 'g') return undefined
  const size = Number(match[1]) * (sizeUnits[unit] ?? 1)
  return Number.isSafeInteger(size) ? size : undefined
}

const sizeUnits: Readonly<Record<string, number>> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 }

/** The units of a time in seconds, in the only order in which they may follow each other. */
const timeUnits: readonly (readonly [unit: string, seconds: number])[] = [
  ['y', 365 * 86_400],
  ['M', 30 * 86_400],
  ['w', 7 * 86_400],
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
  ['ms', 0.001],
]

/** `90`, `1h 30m`, `500ms` in milliseconds; a plain number is seconds. Whole-second times know years and months, others milliseconds. */
export function parseTime(text: string, precision: 'ms' | 's' = 'ms'): number | undefined {
  let rest = text
  let total = 0
  let step = precision === 's' ? -1 : 1
  while (rest !== '') {
    const match = /^(\d+)(ms|[yMwdhms]|(?= )|$) */.exec(rest)
    if (match === null) return undefined
    // A number without a unit counts as seconds, and only at the end or before a space.
    const unit = match[2] === '' ? 's' : match[2]
    const at = timeUnits.findIndex(([name]) => name === unit)
    if (at <= step || (unit === 'ms' && precision === 's')) return undefined
    step = at
    total += Number(match[1]) * Math.round((timeUnits[at]?.[1] ?? 0) * 1000)
    rest = rest.slice(match[0].length)
  }
  return text !== '' && Number.isSafeInteger(total) ? total : undefined
}

/** A whole number without a sign. */
function parseNumber(text: string): number | undefined {
  if (!/^\d+$/.test(text)) return undefined
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : undefined
}

/** The argument at `index` (0 is the first). Rows have checked the count, so it is there. */
export function argument(statement: Statement, index = 0): Word {
  const word = statement.args[index]
  if (word === undefined) throw new RangeError(`"${statement.name}" has no argument ${index}`)
  return word
}

/** `on` or `off`, in any case. */
export function readFlag(statement: Statement, report: Report, index = 0): boolean | undefined {
  const { text, place } = argument(statement, index)
  const value = text.toLowerCase()
  if (value === 'on' || value === 'off') return value === 'on'
  report.emerg(`invalid value "${text}" in "${statement.name}" directive, it must be "on" or "off"`, place)
  return undefined
}

/** A size in bytes. */
export function readSize(
  statement: Statement,
  report: Report,
  index = 0,
  largest: 'm' | 'g' = 'm',
): number | undefined {
  const hint = `a size is a number with nothing, k${largest === 'g' ? ', m or g' : ' or m'} behind it`
  return orReport(parseSize(argument(statement, index).text, largest), 'value', hint, statement, report, index)
}

/** A time in milliseconds. */
export function readTime(
  statement: Statement,
  report: Report,
  index = 0,
  precision: 'ms' | 's' = 'ms',
): number | undefined {
  const hint = `a time is a number of seconds or, for example, ${precision === 'ms' ? '500ms, ' : ''}30s, 5m, 1h 30m`
  return orReport(parseTime(argument(statement, index).text, precision), 'value', hint, statement, report, index)
}

/** A whole number, optionally within bounds. */
export function readNumber(
  statement: Statement,
  report: Report,
  index = 0,
  bounds: readonly [min: number, max?: number] = [0],
): number | undefined {
  const { text, place } = argument(statement, index)
  const value = orReport(parseNumber(text), 'number', `got "${text}"`, statement, report, index)
  const [min, max] = bounds
  if (value === undefined || (value >= min && (max === undefined || value <= max))) return value
  const limit = max === undefined ? `equal to or greater than ${min}` : `between ${min} and ${max}`
  report.emerg(`value must be ${limit}`, place)
  return undefined
}

/** One of a few words, in any case; the table says what each stands for. */
export function readChoice<T>(
  statement: Statement,
  report: Report,
  choices: Readonly<Record<string, T>>,
  index = 0,
): T | undefined {
  const { text, place } = argument(statement, index)
  const name = text.toLowerCase()
  if (Object.hasOwn(choices, name)) return choices[name]
  report.emerg(`invalid value "${text}"`, place, `it must be one of ${Object.keys(choices).join(', ')}`)
  return undefined
}

/** All arguments from `index` on, each one of a few words; one said twice is a warning. */
export function readChoices<T>(
  statement: Statement,
  report: Report,
  choices: Readonly<Record<string, T>>,
  index = 0,
): T[] | undefined {
  const values: T[] = []
  const seen = new Set<string>()
  for (let at = index; at < statement.args.length; at += 1) {
    const value = readChoice(statement, report, choices, at)
    if (value === undefined) return undefined
    const { text, place } = argument(statement, at)
    if (seen.has(text.toLowerCase())) report.warn(`duplicate value "${text}"`, place)
    else values.push(value)
    seen.add(text.toLowerCase())
  }
  return values
}

/** `NUMBER SIZE`, as in `proxy_buffers 8 4k`. */
export function readBuffers(statement: Statement, report: Report): { count: number; size: number } | undefined {
  const count = parseNumber(argument(statement, 0).text)
  const size = parseSize(argument(statement, 1).text)
  if (count !== undefined && count > 0 && size !== undefined && size > 0) return { count, size }
  return orReport(undefined, 'value', 'expected a number and a size, both above 0', statement, report, 0)
}

function orReport<T>(
  value: T | undefined,
  what: 'value' | 'number',
  hint: string,
  statement: Statement,
  report: Report,
  index: number,
): T | undefined {
  if (value === undefined) {
    report.emerg(`"${statement.name}" directive invalid ${what}`, argument(statement, index).place, hint)
  }
  return value
}
