/** `access_log` and `log_format`: one line per request, in nginx's formats. */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileName } from '../../language/load.ts'
import type { Report } from '../../language/diagnostic.ts'
import type { Context } from '../../language/directive.ts'
import type { Statement, Word } from '../../language/statement.ts'
import type { Request } from '../../http/request.ts'
import type { Module } from '../../model/module.ts'
import { atLeast, compileAt, everywhereAndIf, row } from '../../model/row.ts'
import { addResource, type HttpScope, type LevelScope } from '../../model/scope.ts'
import { setting } from '../../model/setting.ts'
import type { Value } from '../../model/value.ts'
import { parseSyslog, Syslog } from '../../process/syslog.ts'
import { LogFileCache, noCache, readCacheSettings } from './file-cache.ts'
import type { LogFile } from './file.ts'
import { LogFiles } from './files.ts'
import { applyFormat, formatsOf, type Format } from './formats.ts'
import { immediate, readParameters } from './parameters.ts'

interface AccessLog {
  /** Where the line goes: one file, a server, or a path with variables. */
  readonly target: LogFile | Syslog | Value
  format: Format | undefined
  readonly condition: Value | undefined
}

const contexts: readonly Context[] = [...everywhereAndIf, 'limit_except']
const accessLogs = setting<readonly AccessLog[] | 'off' | undefined>('access_log', undefined)
const fileCache = setting<LogFileCache>('open_log_file_cache', new LogFileCache(noCache))
const filesKey = Symbol('log files')

function applyLog(scope: LevelScope, statement: Statement, report: Report): void {
  const [word] = statement.args
  if (word === undefined) return
  if (word.text === 'off') {
    if (statement.args.length > 1) report.emerg(`invalid parameter "${statement.args[1]?.text ?? ''}"`)
    scope.set(accessLogs, 'off')
    return
  }
  const parameters = readParameters(statement, report)
  if (parameters === undefined) return
  const { format, condition, gathering } = parameters
  const target = readTarget(word, gathering, scope, report)
  const value = condition && compileAt(condition, scope, report, condition.text.slice('if='.length))
  if (target === undefined) return
  const log: AccessLog = { target, format: undefined, condition: value }
  scope.http.onFinish((finalReport) => {
    log.format = formatsOf(scope.http).get(format?.text ?? 'combined')
    if (log.format === undefined) finalReport.emerg(`unknown log format "${format?.text ?? ''}"`, format?.place)
  })
  const own = scope.get(accessLogs)
  scope.set(accessLogs, [...(own === undefined || own === 'off' ? [] : own), log])
}

function readTarget(
  word: Word,
  gathering: typeof immediate,
  scope: LevelScope,
  report: Report,
): AccessLog['target'] | undefined {
  const { text, place } = word
  if (text.startsWith('syslog:')) {
    if (gathering.size > 0) report.emerg('logs to syslog cannot be buffered', place)
    return openSyslog(word, scope, report)
  }
  const path = compileAt(word, scope, report)
  if (path?.constant === undefined) {
    if (gathering.size > 0) report.emerg('buffered logs cannot have variables in name', place)
    return path
  }
  const file = filesOf(scope.http).add(path.constant, gathering)
  if (file === undefined) report.emerg(`access_log "${text}" already defined with conflicting parameters`, place)
  return file
}

function openSyslog({ text, place }: Word, scope: LevelScope, report: Report): Syslog | undefined {
  try {
    const syslog = new Syslog(parseSyslog(text.slice('syslog:'.length)))
    addResource(scope.http, { close: () => syslog.close() })
    return syslog
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    report.emerg(error.message, place)
    return undefined
  }
}

function filesOf(http: HttpScope): LogFiles {
  return http.shared(filesKey, () => {
    const files = new LogFiles(http.prefix)
    addResource(http, {
      provide: (owner) => files.provide(owner),
      open: (errors) => files.open(errors),
      reopen: () => files.reopen(),
      close: () => files.close(),
    })
    return files
  })
}

function writeLogs(request: Request, logs: readonly AccessLog[], files: LogFiles, cache: LogFileCache): void {
  for (const { target, format, condition } of logs) {
    if (format === undefined) continue
    if (condition !== undefined) {
      const text = condition.read(request)
      if (text === '' || text === '0') continue
    }
    const line = format.value.readEscaped(request, format.escape)
    if (target instanceof Syslog) target.send(line)
    else if (!('read' in target)) target.write(`${line}\n`, !request.keepAlive)
    else if (rootExists(request)) files.write(cache, target.read(request), `${line}\n`)
  }
}

/** As nginx: the folder that `root` names has to be there, so that names of hosts cannot fill the disk with files. */
function rootExists(request: Request): boolean {
  const root = request.location.core.root.read(request)
  if (statSync(fileName(root), { throwIfNoEntry: false })?.isDirectory() === true) return true
  request.log('error', `testing "${root}" existence failed`)
  return false
}

/** As nginx where there is a `logs` folder, as the error log; a proxy started in any other folder leaves no files there. */
function defaultPath(prefix: string): string {
  return existsSync(join(prefix, 'logs')) ? 'logs/access.log' : '/dev/stdout'
}

/** The log module. */
export const log: Module = {
  name: 'log',
  directives: [
    row('access_log', 'Where requests are logged.', { contexts, args: atLeast(1) }, applyLog),
    row('log_format', 'How requests are logged.', { contexts: ['http'], args: atLeast(2) }, applyFormat),
    row(
      'open_log_file_cache',
      'Keeps logs open whose paths have variables.',
      { args: [1, 4], once: true },
      (scope, statement, report) => {
        const settings = readCacheSettings(statement, report)
        if (settings !== undefined) scope.set(fileCache, filesOf(scope.http).addCache(new LogFileCache(settings)))
      },
    ),
  ],
  setup: (http) => {
    formatsOf(http)
  },
  attach: (scope) => {
    const set = scope.value(accessLogs)
    if (set === 'off') return undefined
    const files = filesOf(scope.http)
    const cache = scope.value(fileCache)
    const logs = set ?? defaultLogs(scope.http, files)
    return { log: (request) => writeLogs(request, logs, files, cache) }
  },
}

function defaultLogs(http: HttpScope, files: LogFiles): readonly AccessLog[] {
  const target = files.add(defaultPath(http.prefix), immediate)
  return target === undefined ? [] : [{ target, format: formatsOf(http).get('combined'), condition: undefined }]
}
