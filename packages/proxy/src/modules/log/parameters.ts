/** What stands behind the path of an `access_log`. */
import type { Report } from '../../language/diagnostic.ts'
import type { Statement, Word } from '../../language/statement.ts'
import { parseSize, parseTime } from '../../language/values.ts'

/** How lines of one file are gathered. */
export interface Gathering {
  /** Bytes that are gathered before they are written; 0 writes each line. */
  readonly size: number
  /** Milliseconds after which they are written all the same; 0 is never. */
  readonly flush: number
  /** The level of compression; 0 is none. */
  readonly level: number
}

/** The words of an `access_log`, sorted. */
export interface LogParameters {
  readonly format: Word | undefined
  readonly condition: Word | undefined
  readonly gathering: Gathering
}

/** Each line at once. */
export const immediate: Gathering = { size: 0, flush: 0, level: 0 }

const zippedSize = 64 * 1024

type Draft = { -readonly [Name in keyof Gathering]: Gathering[Name] }

/** The parameters by their names; each returns what is wrong with its value. */
const readers: Readonly<Record<string, (draft: Draft, text: string | undefined) => string | undefined>> = {
  buffer: (draft, text = '') => {
    draft.size = parseSize(text) ?? 0
    return draft.size > 0 ? undefined : `invalid buffer size "${text}"`
  },
  flush: (draft, text = '') => {
    draft.flush = parseTime(text) ?? 0
    return draft.flush > 0 ? undefined : `invalid flush time "${text}"`
  },
  gzip: (draft, text = '1') => {
    draft.level = Number(text)
    if (draft.size === 0) draft.size = zippedSize
    return /^[1-9]$/.test(text) ? undefined : `invalid compression level "${text}"`
  },
}

/** Reads them; undefined when something is wrong. */
export function readParameters(statement: Statement, report: Report): LogParameters | undefined {
  const [target, first, ...others] = statement.args
  const draft: Draft = { ...immediate }
  let condition: Word | undefined
  let isRight = true
  const fail = (message: string, word: Word | undefined): void => {
    report.emerg(message, word?.place)
    isRight = false
  }
  for (const word of others) {
    const [, name = '', text] = /^([a-z]+)(?:=(.*))?$/s.exec(word.text) ?? []
    if (name === 'if' && text !== undefined) condition = word
    else if (readers[name] === undefined || (text === undefined && name !== 'gzip'))
      fail(`invalid parameter "${word.text}"`, word)
    else {
      const problem = readers[name](draft, text)
      if (problem !== undefined) fail(problem, word)
    }
  }
  if (draft.flush > 0 && draft.size === 0) fail(`no buffer is defined for access_log "${target?.text ?? ''}"`, target)
  return isRight ? { format: first, condition, gathering: draft } : undefined
}

/** True when both gather in the same way, as all logs of one file have to. */
export function gatherAlike(one: Gathering, other: Gathering): boolean {
  return one.size === other.size && one.flush === other.flush && one.level === other.level
}
