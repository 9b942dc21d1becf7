/** From settings to the model: the one place where options get their meaning. Everything wrong is reported, not only the first. */
import { isAbsolute, resolve } from 'node:path'
import type { Address } from '@trivet/prefork'
import { findInertOption, findOption, suggestOption } from '../options/lookup.ts'
import { logicWords } from './logic.ts'
import { findGroup, findUser } from './accounts.ts'
import { readAddress, readMode, readPair, ValueError } from './convert.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { Expanded } from './expand.ts'
import type { ApplicationInterface, ApplicationReference, ContainerConfig, Front, FrontProtocol } from './model.ts'
import type { Setting } from './setting.ts'
import { OptionValues } from './values.ts'

type Report = (diagnostic: Diagnostic) => void

/** Makes the model; it is only good when no error was reported. `cwd` is where relative paths start. */
export function resolveConfig(expanded: Expanded, cwd: string, report: Report): ContainerConfig {
  const values = new OptionValues(expanded.settings, report)
  checkNames(expanded, values.flag('strict'), report)
  explainAlwaysOn(values, report)
  const directory = resolve(cwd, values.text('chdir') ?? '.')
  const path = (name: string): string | undefined => {
    const text = values.text(name)
    return text === undefined ? undefined : resolve(cwd, text)
  }
  const identity = readIdentity(values)
  return {
    application: readApplication(values, report),
    applicationPlace: values.last('module')?.valuePlace,
    fronts: readFronts(values, directory, report),
    processes: values.number('processes'),
    directory,
    environment: readEnvironment(values),
    backlog: values.number('listen'),
    socketMode: readOptional(values, 'chmod-socket', readMode),
    socketOwner: readOptional(values, 'chown-socket', readOwner),
    uid: identity.uid,
    gid: identity.gid,
    limits: {
      bufferSize: values.number('buffer-size'),
      maxVars: values.number('max-vars'),
      maxBody: values.number('limit-post') || undefined,
      uwsgiTimeout: values.number('socket-timeout') * 1000,
      httpTimeout: values.number('http-timeout') * 1000,
    },
    mercy: values.number('worker-reload-mercy') * 1000,
    log: { file: path('logto'), requests: !values.flag('disable-logging'), format: values.text('log-format') },
    pidFile: path('pidfile'),
    touchReload: values.all('touch-reload').map(({ value }) => resolve(directory, value)),
    vacuum: values.flag('vacuum'),
  }
}

function readEnvironment(values: OptionValues): Readonly<Record<string, string>> {
  const environment: Record<string, string> = {}
  for (const setting of values.all('env')) {
    const pair = values.convert(setting, readPair)
    if (pair !== undefined) environment[pair[0]] = pair[1]
  }
  return environment
}

function readOptional<T>(values: OptionValues, name: string, read: (text: string) => T): T | undefined {
  const setting = values.last(name)
  return setting === undefined ? undefined : values.convert(setting, read)
}

function readOwner(text: string): { readonly uid: number; readonly gid: number | undefined } {
  const [user = '', group] = text.split(':')
  const account = findUser(user)
  return { uid: account.uid, gid: group === undefined || group === '' ? account.gid : findGroup(group) }
}

function readIdentity(values: OptionValues): { readonly uid: number | undefined; readonly gid: number | undefined } {
  const account = readOptional(values, 'uid', findUser)
  // A user without a group would keep root's group, which nobody means.
  return { uid: account?.uid, gid: readOptional(values, 'gid', findGroup) ?? account?.gid }
}

const protocols: Readonly<Record<string, FrontProtocol>> = { socket: 'uwsgi', 'http-socket': 'http', http: 'http' }

function readFronts(values: OptionValues, directory: string, report: Report): readonly Front[] {
  const fronts: Front[] = []
  for (const [option, protocol] of Object.entries(protocols)) {
    for (const setting of values.all(option)) {
      const address = values.convert(setting, (text) => readAddress(text, (path) => resolve(directory, path)))
      if (address === undefined) continue
      const twin = fronts.find((front) => sameAddress(front.address, address))
      // A file and a command line, or a program, may well say the same.
      if (twin?.option === option) continue
      if (twin !== undefined)
        report({
          severity: 'error',
          message: `\`${option}\`: ${setting.value} is taken by \`${twin.option}\` already`,
          place: setting.valuePlace,
        })
      else fronts.push({ protocol, address, option, place: setting.valuePlace })
    }
  }
  if (Object.keys(protocols).every((option) => values.all(option).length === 0)) {
    report({
      severity: 'error',
      message: 'nothing to serve on: give `socket` (uwsgi), `http-socket` or `http`, for example `--http-socket :8080`',
    })
  }
  return fronts
}

function sameAddress(a: Address, b: Address): boolean {
  if ('path' in a || 'path' in b) return 'path' in a && 'path' in b && a.path === b.path
  return a.port !== 0 && a.port === b.port && a.host === b.host
}

function readApplication(values: OptionValues, report: Report): ApplicationReference {
  const setting = values.last('module')
  const chosen = readOptional(values, 'interface', readInterface) ?? 'auto'
  if (setting === undefined || setting.value === '') {
    const message =
      setting === undefined ? 'no application: give `module`, for example `--module app.ts`' : '`module`: needs a value'
    report({ severity: 'error', message, place: setting?.valuePlace })
    return { module: '', export: undefined, interface: chosen }
  }
  const { module, name } = splitModule(setting.value)
  return { module, export: name ?? values.text('callable'), interface: chosen }
}

/** `path[:export]`; the colon of a scheme or a drive (`file:///x`, `node:x`) does not count, as no export has a slash. */
export function splitModule(text: string): { readonly module: string; readonly name: string | undefined } {
  const match = /^(.+):([A-Za-z_$][\w$]*(?:\.[\w$]+)*)(?:\(\))?$/.exec(text)
  return match === null || isAbsolute(match[2] ?? '')
    ? { module: text, name: undefined }
    : { module: match[1] ?? '', name: match[2] }
}

function readInterface(text: string): ApplicationInterface {
  if (text === 'auto' || text === 'tsgi' || text === 'fetch' || text === 'node') return text
  throw new ValueError(`expected auto, tsgi, fetch or node, got \`${text}\``)
}

/** Unknown names, and known ones without effect: each is answered, none is dropped in silence. */
function checkNames({ settings, referenced }: Expanded, strict: boolean, report: Report): void {
  const answered = new Set<string>()
  for (const setting of settings) {
    const { name, place } = setting
    if (setting.placeholder === true || findOption(name) !== undefined || referenced.has(name) || answered.has(name))
      continue
    answered.add(name)
    const inert = findInertOption(name)
    if (inert !== undefined)
      report(
        inert.state === 'needless'
          ? { severity: 'note', message: `\`${name}\` does nothing here: ${inert.why}`, place }
          : { severity: 'warning', message: `\`${name}\` is not available yet: ${inert.why}`, place },
      )
    else
      report({
        severity: strict ? 'error' : 'warning',
        message: `unknown option \`${name}\`${hint(name, setting)}`,
        place,
      })
  }
}

function hint(name: string, setting: Setting): string {
  const near = suggestOption(name)
  if (near !== undefined) return `, did you mean \`${near}\`?`
  if (logicWords.includes(name)) return ': it works in files only'
  return setting.value === '' ? '' : `; if it is meant for %(${name}), nothing refers to it`
}

function explainAlwaysOn(values: OptionValues, report: Report): void {
  const rows: readonly (readonly [string, string])[] = [
    ['master', 'there is always a master, which costs no request anything'],
    ['die-on-term', 'TERM stops gracefully; HUP reloads'],
    ['need-app', 'an application that does not load ends the start with exit code 22'],
  ]
  for (const [name, why] of rows) {
    const setting = values.last(name)
    if (setting !== undefined && !values.flag(name))
      report({
        severity: 'note',
        message: `\`${name} = ${setting.value}\` has no effect: ${why}`,
        place: setting.valuePlace,
      })
  }
}
