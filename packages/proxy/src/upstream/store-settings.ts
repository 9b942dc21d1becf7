/** `*_store` and `*_store_access`: whether answers are kept as files, and who may read those. */
import type { Report } from '../language/diagnostic.ts'
import type { Statement } from '../language/statement.ts'
import type { LevelScope } from '../model/scope.ts'
import type { Value } from '../model/value.ts'

/** What a location says about copies of answers. */
export interface StoreSettings {
  /** Where they go; undefined is where the location would look for the file itself. */
  readonly path: Value | undefined
  /** What relative paths are relative to. */
  readonly prefix: string
  /** The rights of files; those of folders follow from them. */
  readonly mode: number
}

/** The settings in force; undefined when nothing is kept. */
export function storeOf(scope: LevelScope, store: 'off' | 'on' | Value, mode: number): StoreSettings | undefined {
  if (store === 'off') return undefined
  return { path: store === 'on' ? undefined : store, prefix: scope.http.prefix, mode }
}

const shifts: Readonly<Record<string, number>> = { user: 6, group: 3, all: 0 }
const rights: Readonly<Record<string, number>> = { r: 4, rw: 6 }

/** Reads `user:rw group:r all:r`; who owns a file may read and write it when nothing is said about that. */
export function readAccess(statement: Statement, report: Report): number {
  let mode = statement.args.some(({ text }) => text.startsWith('user:')) ? 0 : 0o600
  for (const { text, place } of statement.args) {
    const [who = '', what = '', ...more] = text.split(':')
    const shift = shifts[who]
    const right = rights[what]
    if (shift === undefined || right === undefined || more.length > 0) report.emerg(`invalid value "${text}"`, place)
    else mode |= right << shift
  }
  return mode
}
