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
  /** Whether a running container reads its configuration again. */
  readonly reload: boolean
}

/** What `%(_)` stands for in turn: no item drops the block, an item of undefined leaves `%(_)` as it is. */
type Expansion = (argument: string, scope: LogicScope) => readonly (string | undefined)[]

/** `for-times`: a slip of the keyboard must not fill the memory. */
const maximumTimes = 10_000

const ends: ReadonlySet<string> = new Set(['end', 'endfor', 'endif', 'end-for', 'end-if'])

/** Tests `name` or `name=value`, or the contrary; the item is the value found, also where it is another one. */
function matching(find: (name: string, scope: LogicScope) => string | undefined, wanted: boolean): Expansion {
  return (argument, scope) => {
    const equals = argument.indexOf('=')
    const found = find(equals < 0 ? argument : argument.slice(0, equals), scope)
    const matches = found !== undefined && (equals < 0 || found === argument.slice(equals + 1))
    return matches === wanted ? [found] : []
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

const inEnvironment = (name: string, scope: LogicScope): string | undefined => scope.environment[name]
const inOptions = (name: string, scope: LogicScope): string | undefined => scope.option(name)
const exists = where((name, scope) => existsSync(scope.path(name)))
const file = where((name, scope) => statSync(scope.path(name), { throwIfNoEntry: false })?.isFile() ?? false)
const directory = where((name, scope) => statSync(scope.path(name), { throwIfNoEntry: false })?.isDirectory() ?? false)
const host = where((name) => name === hostname())
const hostMatch = where((pattern) => new RegExp(pattern).test(hostname()))
const reload = where((_, scope) => scope.reload)
/** Of uWSGI's plugins, those whose work is done here. */
const plugin = where((name) => /^(?:http|python3?|corerouter|cheaper_busyness|stats_pusher_file|logfile)$/.test(name))

/** glob(3): a folder ends in a slash, and a pattern that finds nothing stands for itself. */
const glob: Expansion = (pattern, scope) => {
  const found = globSync(pattern, { cwd: scope.path('.') }).sort()
  const marked = found.map((name) => (statSync(scope.path(name)).isDirectory() ? `${name}/` : name))
  return marked.length > 0 ? marked : [pattern]
}

/** The lines of a file, empty ones too, but for the end of the last. */
const lines: Expansion = (name, scope) => {
  const text = readFileSync(scope.path(name), 'utf8')
  return text === ''
    ? []
    : text
        .replace(/\n$/, '')
        .split('\n')
        .map((line) => line.replace(/\r+$/, ''))
}

const times: Expansion = (argument) => {
  const count = Number.parseInt(argument, 10) || 0
  if (count > maximumTimes) throw new Error(`more than ${maximumTimes} times`)
  return Array.from({ length: Math.max(0, count) }, (_, index) => String(index + 1))
}

const openers: ReadonlyMap<string, Expansion> = new Map<string, Expansion>([
  ['for', (argument) => argument.split(' ').filter(Boolean)],
  ['for-times', times],
  ['for-glob', glob],
  ['for-readline', lines],
  ['if-env', matching(inEnvironment, true)],
  ['ifenv', matching(inEnvironment, true)],
  ['if-not-env', matching(inEnvironment, false)],
  ['if-opt', matching(inOptions, true)],
  ['if-not-opt', matching(inOptions, false)],
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
  ['if-hostname-match', hostMatch],
  ['if-not-hostname-match', not(hostMatch)],
  ['if-reload', reload],
  ['if-not-reload', not(reload)],
  ['if-plugin', plugin],
  ['ifplugin', plugin],
  ['if-not-plugin', not(plugin)],
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
  let block:
    | { readonly opener: Setting; items: readonly (string | undefined)[]; inverse: readonly (string | undefined)[] }
    | undefined
  for (const setting of settings) {
    const opener = openers.get(setting.name)
    if (ends.has(setting.name)) {
      if (block === undefined)
        report({ severity: 'warning', message: `\`${setting.name}\` without a block to close`, place: setting.place })
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
      block = { opener: setting, items, inverse: items.length > 0 ? [] : [undefined] }
    } else if (block === undefined) emit(setting)
    else
      for (const item of block.items)
        emit(item === undefined ? setting : { ...setting, value: setting.value.replaceAll('%(_)', () => item) })
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
): readonly (string | undefined)[] {
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
