/** What a server is known by (`listen`, `server_name`), and how it reads heads. */
import { resolve } from 'node:path'
import type { Directive, Context } from '../../language/directive.ts'
import type { Report } from '../../language/diagnostic.ts'
import { buffersRow, flagRow, numberRow, sizeRow, timeRow } from '../../language/rows.ts'
import type { Statement } from '../../language/statement.ts'
import { bindGroups } from '../../model/captures.ts'
import type { Buffers, ServerSettings } from '../../model/core-settings.ts'
import { parseListen } from '../../model/listen.ts'
import { compilePattern } from '../../model/pattern.ts'
import { atLeast, row, textsOf, warnWithoutEffect } from '../../model/row.ts'
import { ServerScope, type LevelScope } from '../../model/scope.ts'
import { parseServerName } from '../../model/server-names.ts'
import { setting, type Setting } from '../../model/setting.ts'
import { reportSyntax } from './syntax.ts'

const serverContexts: readonly Context[] = ['http', 'server']
const clientHeaderTimeout = setting('client_header_timeout', 60_000)
const clientHeaderBufferSize = setting('client_header_buffer_size', 1024)
const largeClientHeaderBuffers: Setting<Buffers> = setting('large_client_header_buffers', { count: 4, size: 8 * 1024 })
const ignoreInvalidHeaders = setting('ignore_invalid_headers', true)
const underscoresInHeaders = setting('underscores_in_headers', false)
const mergeSlashes = setting('merge_slashes', true)
const maxHeaders = setting('max_headers', 1000)

/** The rows about servers. */
export const serverRows: readonly Directive[] = [
  row('listen', 'An address the server answers on.', { contexts: ['server'], args: atLeast(1) }, applyListen),
  row('server_name', 'Names of the server.', { contexts: ['server'], args: atLeast(1) }, applyServerName),
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
]

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
