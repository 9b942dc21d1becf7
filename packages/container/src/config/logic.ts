/**
 * Option logic: `for`/`endfor`, `if-env`/`else`/`endif` and their kin (uWSGI's core/config.c). A block repeats or drops
 * the settings inside it, with `%(_)` standing for the loop's item or the tested value. Blocks do not nest, in uWSGI
 * neither; a block is closed by any of `end`, `endfor`, `endif`, `end-for`, `end-if`.
 */
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Diagnostic } from './diagnostic.ts'
import type { Setting } from './setting.ts'

/** What conditions may look at. */
export interface LogicScope {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The first value set so far under a name. */
  option(name: string): string | undefined
  /** Files are looked up from here. */
  path(name: string): string
}

/** The texts that `%(_)` takes in turn: none drops the block. */
type Expansion = (argument: string, scope: LogicScope) => readonly string[]

const ends: ReadonlySet<string> = new Set(['end', 'endfor', 'endif', 'end-for', 'end-if'])

/** Tests `name` or `name=value`. */
function matching(find: (name: string, scope: LogicScope) => string | undefined): Expansion {
  return (argument, scope) => {
    const equals = argument.indexOf('=')
    const found = find(equals < 0 ? argument : argument.slice(0, equals), scope)
    return found !== undefined && (equals < 0 || found === argument.slice(equals + 1)) ? [found] : []
  }
}

const where =
  (test: (argument: string, scope: LogicScope) => boolean): Expansion =>
  (argument, scope) =>
    test(argument, scope) ? [argument] : []

const not =
  (expansion: Expansion): Expansion =>
  (argument, scope) =>
    expansion(argument, scope).length > 0 ? [] : [argument]

const environment = matching((name, scope) => scope.environment[name])
const option = matching((name, scope) => scope.option(name))
const exists = where((name, scope) => existsSync(scope.path(name)))
const file = where((name, scope) => statSync(scope.path(name), { throwIfNoEntry: false })?.isFile() ?? false)
const directory = where((name, scope) => statSync(scope.path(name), { throwIfNoEntry: false })?.isDirectory() ?? false)
const host = where((name) => name === hostname())

const openers: ReadonlyMap<string, Expansion> = new Map<string, Expansion>([
  ['for', (argument) => argument.split(' ').filter(Boolean)],
  [
    'for-times',
    (argument) => Array.from({ length: Number.parseInt(argument, 10) || 0 }, (_, index) => String(index + 1)),
  ],
  ['for-glob', (argument, scope) => globSync(scope.path(argument)).sort()],
  ['for-readline', (argument, scope) => readFileSync(scope.path(argument), 'utf8').split('\n').filter(Boolean)],
  ['if-env', environment],
  ['ifenv', environment],
  ['if-not-env', not(environment)],
  ['if-opt', option],
  ['if-not-opt', not(option)],
  ['if-exists', exists],
  ['ifexists', exists],
  ['if-not-exists', not(exists)],
  ['if-file', file],
  ['if-not-file', not(file)],
  ['if-dir', directory],
  ['ifdir', directory],
  ['if-directory', directory],
  ['if-not-dir', not(directory)],
  ['if-hostname', host],
  ['if-not-hostname', not(host)],
])

/** Words of the logic, for the reference and the did-you-mean. */
export const logicWords: readonly string[] = [...openers.keys(), ...ends, 'else']

/** Feeds settings through their blocks; what comes out goes to `emit` in order. */
export function applyLogic(
  settings: Iterable<Setting>,
  scope: LogicScope,
  emit: (setting: Setting) => void,
  report: (diagnostic: Diagnostic) => void,
): void {
  let block: { readonly opener: Setting; items: readonly string[]; inverse: readonly string[] } | undefined
  for (const setting of settings) {
    const opener = openers.get(setting.name)
    if (ends.has(setting.name)) {
      if (block === undefined)
        report({ severity: 'error', message: `\`${setting.name}\` without a block to close`, place: setting.place })
      block = undefined
    } else if (setting.name === 'else') {
      if (block === undefined)
        report({ severity: 'error', message: '`else` without an `if` above it', place: setting.place })
      else block = { opener: block.opener, items: block.inverse, inverse: [] }
    } else if (opener !== undefined) {
      if (block !== undefined) {
        report({
          severity: 'error',
          message: `\`${setting.name}\` inside the block of \`${block.opener.name}\` (line ${block.opener.place.line}): blocks do not nest`,
          place: setting.place,
        })
        continue
      }
      const items = expand(opener, setting, scope, report)
      block = { opener: setting, items, inverse: items.length > 0 ? [] : [''] }
    } else if (block === undefined) emit(setting)
    else
      for (const item of block.items)
        emit({ ...setting, name: setting.name.replaceAll('%(_)', item), value: setting.value.replaceAll('%(_)', item) })
  }
  if (block !== undefined)
    report({
      severity: 'error',
      message: `the block of \`${block.opener.name}\` is never closed`,
      place: block.opener.place,
    })
}

function expand(
  opener: Expansion,
  setting: Setting,
  scope: LogicScope,
  report: (diagnostic: Diagnostic) => void,
): readonly string[] {
  try {
    return opener(setting.value, scope)
  } catch (error) {
    report({
      severity: 'error',
      message: `\`${setting.name}\`: ${error instanceof Error ? error.message : String(error)}`,
      place: setting.valuePlace,
    })
    return []
  }
}
