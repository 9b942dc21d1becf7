/** The core of http: servers, locations, and the settings the engine itself reads. */
import { resolve } from 'node:path'
import { key, type Context, type Directive, type Key } from '../language/directive.ts'
import type { Report } from '../language/diagnostic.ts'
import { buffersRow, choiceRow, flagRow, numberRow, sizeRow, timeRow } from '../language/rows.ts'
import type { Statement } from '../language/statement.ts'
import { parseTime } from '../language/values.ts'
import { bindGroups } from '../model/captures.ts'
import type { Buffers, CoreSettings, ErrorPage, ServerSettings } from '../model/core-settings.ts'
import { parseListen } from '../model/listen.ts'
import type { LocationName } from '../model/location.ts'
import type { Module } from '../model/module.ts'
import { DeferredErrorLog } from '../model/deferred-error-log.ts'
import type { ErrorLog } from '../process/error-log.ts'
import { readErrorLog } from './core-main.ts'
import { compilePattern } from '../model/pattern.ts'
import {
  acceptedRow,
  atLeast,
  compileAt,
  everywhere,
  everywhereAndIf,
  row,
  textOf,
  textsOf,
  warnWithoutEffect,
  withoutEffectRow,
} from '../model/row.ts'
import { addResource, HttpScope, LocationScope, ServerScope, type LevelScope } from '../model/scope.ts'
import { parseServerName } from '../model/server-names.ts'
import { setting, type Setting } from '../model/setting.ts'
import { compileText, constantValue, type Value } from '../model/value.ts'
import { nginxVersion, productName } from '../model/identity.ts'

/** The HttpScope of a configuration, once `http` has been met. */
export const httpScopeKey: Key<HttpScope> = key('http')
/** Where relative paths start; set on the main scope before anything is applied. */
export const prefixKey: Key<{ readonly prefix: string; readonly folder: string; readonly modules: readonly Module[] }> =
  key('prefix')

const megabyte = 1024 * 1024
const minute = 60_000
const serverContexts: readonly Context[] = ['http', 'server']

/** Settings other modules look at, too. */
const rootSetting: Setting<{
  readonly value: Value
  readonly alias: boolean
  readonly prefix: string | undefined
}> = setting('root', {
  value: constantValue('html'),
  alias: false,
  prefix: undefined,
})
const types: Setting<ReadonlyMap<string, string>> = setting(
  'types',
  new Map([
    ['html', 'text/html'],
    ['gif', 'image/gif'],
    ['jpg', 'image/jpeg'],
  ]),
)
const defaultType = setting('default_type', 'text/plain')
const errorPages: Setting<readonly ErrorPage[]> = setting('error_page', [])
const recursiveErrorPages = setting('recursive_error_pages', false)
const internal = setting('internal', false, 'nameless')
const satisfy = setting<'all' | 'any'>('satisfy', 'all')
const clientMaxBodySize = setting('client_max_body_size', megabyte)
const clientBodyBufferSize = setting('client_body_buffer_size', 16 * 1024)
const clientBodyTempPath = setting('client_body_temp_path', 'client_body_temp')
const clientBodyTimeout = setting('client_body_timeout', minute)
const bodyInFileOnly = setting<'off' | 'on' | 'clean'>('client_body_in_file_only', 'off')
const bodyInSingleBuffer = setting('client_body_in_single_buffer', false)
const sendTimeout = setting('send_timeout', minute)
const keepaliveTimeout: Setting<{ readonly timeout: number; readonly header: number }> = setting('keepalive_timeout', {
  timeout: 75_000,
  header: 0,
})
const keepaliveRequests = setting('keepalive_requests', 1000)
const keepaliveTime = setting('keepalive_time', 3_600_000)
const keepaliveDisable: Setting<ReadonlySet<string>> = setting('keepalive_disable', new Set(['msie6']))
const lingeringClose = setting<'off' | 'on' | 'always'>('lingering_close', 'on')
const lingeringTime = setting('lingering_time', 30_000)
const lingeringTimeout = setting('lingering_timeout', 5000)
const serverTokens = setting<'on' | 'off' | 'build'>('server_tokens', 'on')
const etag = setting('etag', true)
const ifModifiedSince = setting<'off' | 'exact' | 'before'>('if_modified_since', 'exact')
const absoluteRedirect = setting('absolute_redirect', true)
const portInRedirect = setting('port_in_redirect', true)
const serverNameInRedirect = setting('server_name_in_redirect', false)
const chunkedTransferEncoding = setting('chunked_transfer_encoding', true)
const logNotFound = setting('log_not_found', true)
const maxRanges = setting('max_ranges', Number.POSITIVE_INFINITY)
const clientHeaderTimeout = setting('client_header_timeout', minute)
const clientHeaderBufferSize = setting('client_header_buffer_size', 1024)
const largeClientHeaderBuffers: Setting<Buffers> = setting('large_client_header_buffers', { count: 4, size: 8 * 1024 })
const ignoreInvalidHeaders = setting('ignore_invalid_headers', true)
const underscoresInHeaders = setting('underscores_in_headers', false)
const mergeSlashes = setting('merge_slashes', true)
const maxHeaders = setting('max_headers', 1000)

const errorLog: Setting<ErrorLog | undefined> = setting('error_log', undefined)

const systemResolver = 'names are resolved by the operating system, whenever a connection is made'
const isOn = ([value]: readonly string[]): boolean => value === 'on'
const onOff = { on: 'on', off: 'off' } as const

const rows: readonly Directive[] = [
  {
    name: 'http',
    contexts: ['main'],
    args: [0, 0],
    block: 'http',
    once: true,
    doc: 'Everything about HTTP.',
    apply: (scope, statement) => {
      const place = scope.get(prefixKey)
      if (place === undefined) throw new Error('the main scope has no prefix')
      const http = new HttpScope(scope, statement, place.prefix, place.folder)
      for (const module of place.modules) {
        if (module.variables !== undefined) http.variableTable.declare(module.variables)
        module.setup?.(http)
      }
      scope.set(httpScopeKey, http)
      return http
    },
  },
  row('server', 'A virtual server.', { contexts: ['http'], args: [0, 0], block: 'server' }, (scope, statement) => {
    const server = new ServerScope(scope.http, statement)
    scope.http.servers.push(server)
    return server
  }),
  row('listen', 'An address the server answers on.', { contexts: ['server'], args: atLeast(1) }, applyListen),
  row('server_name', 'Names of the server.', { contexts: ['server'], args: atLeast(1) }, applyServerName),
  row(
    'location',
    'Settings for a part of the URIs.',
    { contexts: ['server', 'location'], args: [1, 2], block: 'location' },
    applyLocation,
  ),
  row(
    'limit_except',
    'Settings for all methods but some.',
    { contexts: ['location'], args: atLeast(1), block: 'limit_except' },
    (scope, statement) => {
      if (!(scope instanceof LocationScope)) return undefined
      const inner = new LocationScope(scope, { kind: 'nameless', text: scope.name.text }, 'limit_except', statement)
      const methods = new Set(textsOf(statement).map((method) => method.toUpperCase()))
      if (methods.has('GET')) methods.add('HEAD')
      scope.limitExcept = { methods, scope: inner }
      return inner
    },
  ),
  row('error_log', 'Where errors are logged.', { args: [1, 2] }, applyErrorLog),
  row(
    'root',
    'The folder the URI is appended to.',
    { contexts: everywhereAndIf, once: true },
    (scope, statement, report) => setRoot(scope, statement, report, false),
  ),
  row(
    'alias',
    "The folder that takes the place of the location's prefix.",
    { contexts: ['location'], once: true },
    (scope, statement, report) => setRoot(scope, statement, report, true),
  ),
  row('types', 'MIME types by file name extension.', { args: [0, 0], block: 'any' }, applyTypes),
  row('default_type', 'The MIME type of other files.', { once: true }, (scope, statement) =>
    scope.set(defaultType, textOf(statement, 0)),
  ),
  row(
    'error_page',
    'What to answer instead of a status.',
    { contexts: everywhereAndIf, args: atLeast(2) },
    applyErrorPage,
  ),
  flagRow('recursive_error_pages', everywhere, recursiveErrorPages, 'Whether an error page may have an error page.'),
  row('internal', 'Only inner redirects get here.', { contexts: ['location'], args: [0, 0] }, (scope) =>
    scope.set(internal, true),
  ),
  choiceRow('satisfy', everywhere, satisfy, 'Whether all access rules must agree.', {
    all: 'all',
    any: 'any',
  } as const),
  sizeRow('client_max_body_size', everywhere, clientMaxBodySize, 'The largest request body; 0 is no limit.', 'g'),
  sizeRow('client_body_buffer_size', everywhere, clientBodyBufferSize, 'How much of a body is kept in memory.'),
  row(
    'client_body_temp_path',
    'Where larger bodies are written.',
    { args: [1, 4], once: true },
    (scope, statement, report) => {
      scope.set(clientBodyTempPath, textOf(statement, 0))
      if (statement.args.length > 1)
        warnWithoutEffect(scope, 'client_body_temp_path ... level', 'all files are in one folder', report)
    },
  ),
  timeRow('client_body_timeout', everywhere, clientBodyTimeout, 'The longest pause while a body is read.'),
  choiceRow('client_body_in_file_only', everywhere, bodyInFileOnly, 'Whether every body is written to a file.', {
    on: 'on',
    off: 'off',
    clean: 'clean',
  } as const),
  flagRow('client_body_in_single_buffer', everywhere, bodyInSingleBuffer, 'Bodies in memory are one buffer anyway.'),
  timeRow('send_timeout', everywhere, sendTimeout, 'The longest pause while an answer is sent.'),
  row(
    'keepalive_timeout',
    'How long an idle connection is kept, and what the client is told.',
    { args: [1, 2], once: true },
    (scope, statement, report) => {
      const timeout = parseTime(textOf(statement, 0))
      const header = statement.args[1] === undefined ? 0 : parseTime(textOf(statement, 1), 's')
      if (timeout === undefined || header === undefined) report.emerg('invalid value in "keepalive_timeout" directive')
      else scope.set(keepaliveTimeout, { timeout, header: header / 1000 })
    },
  ),
  numberRow('keepalive_requests', everywhere, keepaliveRequests, 'How many requests a connection may carry.'),
  row(
    'keepalive_disable',
    'Browsers whose connections are not kept.',
    { args: atLeast(1), once: true },
    (scope, statement) => {
      scope.set(keepaliveDisable, new Set(textsOf(statement)))
    },
  ),
  timeRow('keepalive_time', everywhere, keepaliveTime, 'How old a connection may be to carry another request.'),
  choiceRow('lingering_close', everywhere, lingeringClose, 'Whether to wait for more from the client before closing.', {
    ...onOff,
    always: 'always',
  } as const),
  timeRow('lingering_time', everywhere, lingeringTime, 'How long to read what nobody wants.'),
  timeRow('lingering_timeout', everywhere, lingeringTimeout, 'The longest pause while that is read.'),
  choiceRow('server_tokens', everywhere, serverTokens, 'Whether answers show the version.', {
    ...onOff,
    build: 'build',
  } as const),
  flagRow('etag', everywhere, etag, 'Whether files get an ETag.'),
  choiceRow('if_modified_since', everywhere, ifModifiedSince, 'How If-Modified-Since is compared.', {
    off: 'off',
    exact: 'exact',
    before: 'before',
  } as const),
  flagRow('absolute_redirect', everywhere, absoluteRedirect, 'Whether redirects are completed to absolute ones.'),
  flagRow('port_in_redirect', everywhere, portInRedirect, 'Whether they show the port.'),
  flagRow('server_name_in_redirect', everywhere, serverNameInRedirect, "Whether they show the server's first name."),
  flagRow(
    'chunked_transfer_encoding',
    everywhere,
    chunkedTransferEncoding,
    'Whether bodies of unknown size are chunked.',
  ),
  flagRow('log_not_found', everywhere, logNotFound, 'Whether missing files are logged.'),
  numberRow('max_ranges', everywhere, maxRanges, 'How many ranges a request may ask for.'),
  timeRow('client_header_timeout', serverContexts, clientHeaderTimeout, 'How long a client may take for a head.'),
  sizeRow('client_header_buffer_size', serverContexts, clientHeaderBufferSize, 'The buffer for usual heads.'),
  buffersRow('large_client_header_buffers', serverContexts, largeClientHeaderBuffers, 'The buffers for large ones.'),
  flagRow(
    'ignore_invalid_headers',
    serverContexts,
    ignoreInvalidHeaders,
    'Whether fields with odd names are left out.',
  ),
  flagRow('underscores_in_headers', serverContexts, underscoresInHeaders, 'Whether `_` in field names is odd.'),
  flagRow('merge_slashes', serverContexts, mergeSlashes, 'Whether runs of slashes count as one.'),
  numberRow('max_headers', serverContexts, maxHeaders, 'How many fields a head may have.'),
  withoutEffectRow('resolver', systemResolver),
  withoutEffectRow('resolver_timeout', systemResolver),
  withoutEffectRow('reset_timedout_connection', 'slow clients are closed in the usual way', everywhere, 'flag', isOn),
  withoutEffectRow('msie_refresh', 'redirects are redirects for every browser', everywhere, 'flag', isOn),
  withoutEffectRow('keepalive_min_timeout', 'idle connections are closed at once when a worker leaves'),
  ...[
    'sendfile',
    'sendfile_max_chunk',
    'tcp_nopush',
    'tcp_nodelay',
    'postpone_output',
    'output_buffers',
    'aio',
    'aio_write',
    'directio',
    'directio_alignment',
    'read_ahead',
    'send_lowat',
    'types_hash_max_size',
    'types_hash_bucket_size',
    'open_file_cache',
    'open_file_cache_valid',
    'open_file_cache_min_uses',
    'open_file_cache_errors',
    'log_subrequest',
    'msie_padding',
    'subrequest_output_buffer_size',
  ].map((name) =>
    acceptedRow(
      name,
      'Accepted: buffers, files and sockets are handled by Node.',
      name === 'sendfile' ? everywhereAndIf : everywhere,
    ),
  ),
  ...[
    'connection_pool_size',
    'request_pool_size',
    'server_names_hash_max_size',
    'server_names_hash_bucket_size',
    'variables_hash_max_size',
    'variables_hash_bucket_size',
  ].map((name) => acceptedRow(name, 'Accepted: memory is managed by the engine.', serverContexts)),
]

function applyErrorLog(scope: LevelScope, statement: Statement, report: Report): void {
  const target = readErrorLog(statement, report)
  if (target === undefined) return
  const own = scope.get(errorLog)
  const targets = own instanceof DeferredErrorLog ? own.targets : []
  const file = target.file === undefined ? undefined : resolve(scope.http.prefix, target.file)
  const log = new DeferredErrorLog([...targets, { file, level: target.level }])
  addResource(scope.http, { open: () => log.open(), reopen: () => log.reopen() })
  scope.set(errorLog, log)
}

function applyListen(scope: LevelScope, statement: Statement, report: Report): void {
  if (!(scope instanceof ServerScope)) return
  try {
    const line = parseListen(textsOf(statement), process.geteuid?.() === 0 ? 80 : 8000)
    for (const name of line.ignored)
      warnWithoutEffect(scope, `${name}" of "listen`, 'Node does not set it on sockets', report)
    for (const spec of line.specs) {
      if (scope.listens.some((other) => other.spec.text === spec.text)) report.emerg(`a duplicate listen ${spec.text}`)
      const rooted =
        'path' in spec.address ? { ...spec, address: { path: resolve(scope.http.prefix, spec.address.path) } } : spec
      scope.listens.push({ spec: rooted, isDefault: line.isDefault, statement })
    }
  } catch (error) {
    reportSyntax(error, report)
  }
}

function reportSyntax(error: unknown, report: Report): void {
  if (!(error instanceof SyntaxError)) throw error
  report.emerg(error.message)
}

function applyServerName(scope: LevelScope, statement: Statement, report: Report): void {
  if (!(scope instanceof ServerScope)) return
  for (const { text, place } of statement.args) {
    if (scope.firstName === '' && scope.names.length === 0)
      scope.firstName = text.startsWith('.') ? text.slice(1) : text
    try {
      if (text.startsWith('~')) {
        const pattern = compilePattern(text.slice(1), true)
        scope.names.push({ kind: 'regex', pattern, bind: bindGroups(pattern, scope.variables) })
      } else scope.names.push(parseServerName(text))
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      report.emerg(error.message, place)
    }
  }
}

const modifiers: Readonly<Record<string, 'exact' | 'prefix-final' | 'regex' | 'regex-i'>> = {
  '=': 'exact',
  '^~': 'prefix-final',
  '~': 'regex',
  '~*': 'regex-i',
}

function locationName(scope: LevelScope, statement: Statement): LocationName {
  let [modifier = '', text] = textsOf(statement)
  if (text === undefined) {
    const glued = /^(=|\^~|~\*|~)(.+)$/s.exec(modifier)
    text = glued?.[2] ?? modifier
    modifier = glued?.[1] ?? ''
  } else if (modifiers[modifier] === undefined) throw new SyntaxError(`invalid location modifier "${modifier}"`)
  const kind = modifiers[modifier]
  if (kind === 'regex' || kind === 'regex-i') {
    const pattern = compilePattern(text, kind === 'regex-i')
    return { kind: 'regex', text, pattern, bind: bindGroups(pattern, scope.variables) }
  }
  if (kind !== undefined) return { kind, text }
  return { kind: text.startsWith('@') ? 'named' : 'prefix', text }
}

function applyLocation(scope: LevelScope, statement: Statement, report: Report): LocationScope | undefined {
  if (!(scope instanceof ServerScope || scope instanceof LocationScope)) return undefined
  try {
    const name = locationName(scope, statement)
    if (scope instanceof LocationScope) checkNesting(scope, name, report)
    const twin = scope.locations.find(
      (other) => other.name.text === name.text && other.name.kind === name.kind && name.kind !== 'regex',
    )
    if (twin !== undefined) report.emerg(`duplicate location "${name.text}"`)
    const location = new LocationScope(scope, name, 'location', statement)
    scope.locations.push(location)
    return location
  } catch (error) {
    reportSyntax(error, report)
    return new LocationScope(scope, { kind: 'prefix', text: '/' }, 'location', statement)
  }
}

function checkNesting(outer: LocationScope, name: LocationName, report: Report): void {
  const { kind, text } = outer.name
  if (kind === 'exact') report.emerg(`location "${name.text}" cannot be inside the exact location "${text}"`)
  else if (kind === 'named') report.emerg(`location "${name.text}" cannot be inside the named location "${text}"`)
  else if (name.kind === 'named') report.emerg(`named location "${name.text}" can be on the server level only`)
  else if (name.kind !== 'regex' && kind !== 'regex' && !name.text.startsWith(text)) {
    report.emerg(`location "${name.text}" is outside location "${text}"`)
  }
}

function setRoot(scope: LevelScope, statement: Statement, report: Report, alias: boolean): void {
  const [word] = statement.args
  if (word === undefined) return
  if (scope.has(rootSetting))
    report.emerg(
      alias
        ? '"alias" directive is duplicate, "root" directive was specified earlier'
        : '"root" directive is duplicate, "alias" directive was specified earlier',
    )
  if (alias && scope instanceof LocationScope && scope.name.kind === 'named')
    report.emerg('the "alias" directive cannot be used inside the named location')
  let { text } = word
  if (!alias && text.length > 1 && text.endsWith('/')) text = text.slice(0, -1)
  const path = text.startsWith('/') || text.startsWith('$') ? text : `${scope.http.prefix}${text}`
  const value = compileAt(word, scope, report, path)
  const prefix = alias && scope instanceof LocationScope && scope.name.kind !== 'regex' ? scope.name.text : undefined
  if (value !== undefined) scope.set(rootSetting, { value, alias, prefix })
}

function applyTypes(scope: LevelScope, statement: Statement): void {
  const own = scope.get(types)
  const map = new Map(own)
  for (const entry of statement.block ?? []) for (const { text } of entry.args) map.set(text.toLowerCase(), entry.name)
  scope.set(types, map)
}

function applyErrorPage(scope: LevelScope, statement: Statement, report: Report): void {
  const words = [...statement.args]
  const target = words.pop()
  if (target === undefined) return
  let overwrite = -1
  const last = words.at(-1)
  if (last?.text.startsWith('=') === true) {
    words.pop()
    overwrite = last.text === '=' ? 0 : Number(last.text.slice(1))
    if (!Number.isInteger(overwrite)) report.emerg(`invalid value "${last.text}"`, last.place)
  }
  const question = target.text.includes('$') ? -1 : target.text.indexOf('?')
  const path = question === -1 ? target.text : target.text.slice(0, question)
  const value = target.text.startsWith('/') ? compileAt(target, scope, report, path) : compileAt(target, scope, report)
  if (value === undefined) return
  const pages: ErrorPage[] = [...(scope.get(errorPages) ?? [])]
  for (const word of words) {
    const status = Number(word.text)
    if (!Number.isInteger(status) || status < 300 || status > 599)
      report.emerg(`value "${word.text}" must be between 300 and 599`, word.place)
    else if (status === 499) report.emerg('value "499" is not allowed', word.place)
    else
      pages.push({
        status,
        overwrite,
        target: value,
        args: question === -1 || !target.text.startsWith('/') ? '' : target.text.slice(question + 1),
      })
  }
  scope.set(errorPages, pages)
}

/** The settings of a location, frozen. */
export function readCoreSettings(scope: LevelScope): CoreSettings {
  const { value, alias, prefix } = scope.value(rootSetting)
  const tokens = scope.value(serverTokens)
  const shown = tokens === 'off' ? productName : `${productName}/${nginxVersion}`
  const keepalive = scope.value(keepaliveTimeout)
  return {
    root:
      value === rootSetting.initial.value
        ? compileText(`${scope.http.prefix}html`, { file: '', line: 0, column: 0 }, scope.variables)
        : value,
    alias,
    aliasPrefix: prefix,
    types: scope.value(types),
    defaultType: scope.value(defaultType),
    errorPages: scope.value(errorPages),
    recursiveErrorPages: scope.value(recursiveErrorPages),
    internal: scope.value(internal),
    satisfyAny: scope.value(satisfy) === 'any',
    clientMaxBodySize: scope.value(clientMaxBodySize),
    clientBodyBufferSize: scope.value(clientBodyBufferSize),
    clientBodyTempPath: resolve(scope.http.prefix, scope.value(clientBodyTempPath)),
    clientBodyTimeout: scope.value(clientBodyTimeout),
    bodyInFileOnly: scope.value(bodyInFileOnly),
    sendTimeout: scope.value(sendTimeout),
    keepaliveTimeout: keepalive.timeout,
    keepaliveHeader: keepalive.header,
    keepaliveRequests: scope.value(keepaliveRequests),
    keepaliveTime: scope.value(keepaliveTime),
    keepaliveDisable: scope.value(keepaliveDisable),
    lingeringClose: scope.value(lingeringClose),
    lingeringTime: scope.value(lingeringTime),
    lingeringTimeout: scope.value(lingeringTimeout),
    serverHeader: shown,
    showsVersion: tokens !== 'off',
    pageTail: `<hr><center>${shown}</center>\r\n</body>\r\n</html>\r\n`,
    etag: scope.value(etag),
    ifModifiedSince: scope.value(ifModifiedSince),
    absoluteRedirect: scope.value(absoluteRedirect),
    portInRedirect: scope.value(portInRedirect),
    serverNameInRedirect: scope.value(serverNameInRedirect),
    chunkedTransferEncoding: scope.value(chunkedTransferEncoding),
    logNotFound: scope.value(logNotFound),
    maxRanges: scope.value(maxRanges),
    errorLog: scope.value(errorLog),
  }
}

/** The settings of a server, frozen. */
export function readServerSettings(scope: LevelScope): ServerSettings {
  return {
    clientHeaderTimeout: scope.value(clientHeaderTimeout),
    clientHeaderBufferSize: scope.value(clientHeaderBufferSize),
    largeClientHeaderBuffers: scope.value(largeClientHeaderBuffers),
    ignoreInvalidHeaders: scope.value(ignoreInvalidHeaders),
    underscoresInHeaders: scope.value(underscoresInHeaders),
    mergeSlashes: scope.value(mergeSlashes),
    maxHeaders: scope.value(maxHeaders),
  }
}

/** Servers, locations and the engine's settings. */
export const core: Module = { name: 'http-core', directives: rows }
