/** `map $source $variable { ... }`: a variable computed from another by exact values, wildcards of host names and patterns. */
import { bindGroups, matches, type GroupBinding } from '../model/captures.ts'
import type { Report } from '../language/diagnostic.ts'
import type { Statement } from '../language/statement.ts'
import type { Request } from '../http/request.ts'
import type { Module } from '../model/module.ts'
import { compilePattern, type Pattern } from '../model/pattern.ts'
import { acceptedRow, compileAt, row } from '../model/row.ts'
import type { LevelScope } from '../model/scope.ts'
import { parseServerName, ServerNames } from '../model/server-names.ts'
import { constantValue, type Value } from '../model/value.ts'

interface Table {
  readonly exact: Map<string, Value>
  readonly patterns: { readonly pattern: Pattern; readonly bindings: readonly GroupBinding[]; readonly value: Value }[]
  names: ServerNames<Value | undefined> | undefined
  fallback: Value
  volatile: boolean
}

function applyMap(scope: LevelScope, statement: Statement, report: Report): void {
  const [sourceWord, target] = statement.args
  if (sourceWord === undefined || target === undefined) return
  const source = compileAt(sourceWord, scope, report)
  if (!target.text.startsWith('$')) {
    report.emerg(`invalid variable name "${target.text}"`, target.place)
    return
  }
  const table: Table = {
    exact: new Map(),
    patterns: [],
    names: undefined,
    fallback: constantValue(''),
    volatile: false,
  }
  for (const entry of statement.block ?? []) readEntry(table, scope, entry, report)
  if (source === undefined) return
  const slot = scope.variables.reserve()
  scope.variables.define(target.text.slice(1), (request) => {
    if (table.volatile) return look(table, source.read(request), request)
    return (request.slots[slot] ??= look(table, source.read(request), request))
  })
}

function readEntry(table: Table, scope: LevelScope, entry: Statement, report: Report): void {
  const [word] = entry.args
  if (entry.name === 'hostnames' && word === undefined) {
    table.names = new ServerNames<Value | undefined>(undefined)
    return
  }
  if (entry.name === 'volatile' && word === undefined) {
    table.volatile = true
    return
  }
  if (word === undefined || entry.args.length > 1) {
    report.emerg('invalid number of the map parameters', entry.place)
    return
  }
  const value = compileAt(word, scope, report)
  if (value === undefined) return
  if (entry.name === 'default') table.fallback = value
  else if (entry.name.startsWith('~')) addPattern(table, scope, entry, value, report)
  else if (!addHostname(table, entry.name, value)) {
    const name = (entry.name.startsWith('\\') ? entry.name.slice(1) : entry.name).toLowerCase()
    if (table.exact.has(name)) report.emerg(`conflicting parameter "${entry.name}"`, entry.place)
    table.exact.set(name, value)
  }
}

function addPattern(table: Table, scope: LevelScope, entry: Statement, value: Value, report: Report): void {
  const ignoreCase = entry.name.startsWith('~*')
  try {
    const pattern = compilePattern(entry.name.slice(ignoreCase ? 2 : 1), ignoreCase)
    table.patterns.push({ pattern, bindings: bindGroups(pattern, scope.variables), value })
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    report.emerg(error.message, entry.place)
  }
}

function addHostname(table: Table, text: string, value: Value): boolean {
  if (table.names === undefined || !/^(?:\*?\.)|\.\*$/.test(text)) return false
  return table.names.add(parseServerName(text), value)
}

function look(table: Table, subject: string, request: Request): string {
  const lower = subject.toLowerCase()
  const key = table.names !== undefined && lower.endsWith('.') ? lower.slice(0, -1) : lower
  const named = table.exact.get(key) ?? table.names?.find(key)
  if (named !== undefined) return named.read(request)
  for (const { pattern, bindings, value } of table.patterns) {
    if (matches(request, subject, pattern, bindings)) return value.read(request)
  }
  return table.fallback.read(request)
}

/** The map module. */
export const map: Module = {
  name: 'map',
  directives: [
    row('map', 'Computes a variable from another.', { contexts: ['http'], args: [2, 2], block: 'any' }, applyMap),
    acceptedRow('map_hash_max_size', 'Accepted: maps are hash tables of the engine.'),
    acceptedRow('map_hash_bucket_size', 'Accepted: maps are hash tables of the engine.'),
  ],
}
