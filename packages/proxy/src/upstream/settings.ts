/** The directives every `*_pass` shares (`proxy_read_timeout`, `uwsgi_read_timeout`, ...), made from their prefix. */
import type { Directive } from '../language/directive.ts'
import { flagRow, numberRow, sizeRow, timeRow } from '../language/rows.ts'
import {
  acceptedRow,
  atLeast,
  compileAt,
  everywhere,
  row,
  textOf,
  sizeValueRow,
  textsOf,
  withoutEffectRow,
} from '../model/row.ts'
import type { LevelScope } from '../model/scope.ts'
import { setting, type Setting } from '../model/setting.ts'
import { readAccess, storeOf, type StoreSettings } from './store-settings.ts'
import { readBind } from './local-address.ts'
import type { Value } from '../model/value.ts'

/** When a request may be sent to another server. */
export type NextCondition =
  | 'error'
  | 'timeout'
  | 'invalid_header'
  | 'non_idempotent'
  | 'off'
  | 'http_500'
  | 'http_502'
  | 'http_503'
  | 'http_504'
  | 'http_403'
  | 'http_404'
  | 'http_429'

const conditions: ReadonlySet<string> = new Set<NextCondition>([
  'error',
  'timeout',
  'invalid_header',
  'non_idempotent',
  'off',
  'http_500',
  'http_502',
  'http_503',
  'http_504',
  'http_403',
  'http_404',
  'http_429',
])

/** What a location says about its upstream, frozen. */
export interface UpstreamSettings {
  readonly connectTimeout: number
  readonly sendTimeout: number
  readonly readTimeout: number
  readonly requestBuffering: boolean
  readonly interceptErrors: boolean
  readonly ignoreClientAbort: boolean
  readonly passRequestHeaders: boolean
  readonly passRequestBody: boolean
  readonly nextUpstream: ReadonlySet<string>
  readonly nextUpstreamTries: number
  readonly nextUpstreamTimeout: number
  readonly ignoreHeaders: ReadonlySet<string>
  /** Lower-case names of fields that are not passed on. */
  readonly hidden: ReadonlySet<string>
  /** How fast answers are read, in bytes per second. */
  readonly limitRate: Value | undefined
  /** The largest head of an answer. */
  readonly headSize: number
  /** What connections come from. */
  readonly bind: Value | undefined
  /** Probes (SO_KEEPALIVE) tell dead connections. */
  readonly socketKeepalive: boolean
  /** Where copies of answers are kept. */
  readonly store: StoreSettings | undefined
}

/** The settings and rows of one prefix. */
export interface UpstreamRows {
  readonly directives: readonly Directive[]
  /** Freezes the settings of a location. */
  readonly read: (scope: LevelScope) => UpstreamSettings
}

const minute = 60_000
const noFiles = 'Accepted: there are no temporary files of answers.'
const passedOn = 'answers are passed on as they come, and read ahead no further than 128k for each client'

/** Declares the settings of `PREFIX_...`; `hidden` are the fields never passed on unless PREFIX_pass_header says so. */
export function upstreamRows(prefix: string, hidden: readonly string[]): UpstreamRows {
  const named = <T>(name: string, initial: T): Setting<T> => setting(`${prefix}_${name}`, initial)
  const connectTimeout = named('connect_timeout', minute)
  const sendTimeout = named('send_timeout', minute)
  const readTimeout = named('read_timeout', minute)
  const requestBuffering = named('request_buffering', true)
  const interceptErrors = named('intercept_errors', false)
  const ignoreClientAbort = named('ignore_client_abort', false)
  const passRequestHeaders = named('pass_request_headers', true)
  const passRequestBody = named('pass_request_body', true)
  const nextUpstream = named<ReadonlySet<string>>('next_upstream', new Set(['error', 'timeout']))
  const nextUpstreamTries = named('next_upstream_tries', 0)
  const nextUpstreamTimeout = named('next_upstream_timeout', 0)
  const ignoreHeaders = named<ReadonlySet<string>>('ignore_headers', new Set<string>())
  const hideHeader = named<readonly string[]>('hide_header', [])
  const passHeader = named<readonly string[]>('pass_header', [])
  const limitRate = named<Value | undefined>('limit_rate', undefined)
  const bufferSize = named('buffer_size', 4096)
  const bind = named<Value | undefined>('bind', undefined)
  const socketKeepalive = named('socket_keepalive', false)
  const store = named<'off' | 'on' | Value>('store', 'off')
  const storeAccess = named('store_access', 0o600)
  const flag = (key: Setting<boolean>, doc: string): Directive => flagRow(key.name, everywhere, key, doc)
  const time = (key: Setting<number>, doc: string): Directive => timeRow(key.name, everywhere, key, doc)
  const list = (key: Setting<readonly string[]>, doc: string): Directive =>
    row(key.name, doc, {}, (scope, statement) =>
      scope.set(key, [...(scope.get(key) ?? []), textOf(statement, 0).toLowerCase()]),
    )
  return {
    directives: [
      time(connectTimeout, 'How long connecting may take.'),
      time(sendTimeout, 'The longest pause while the request is sent.'),
      time(readTimeout, 'The longest pause while the answer is read.'),
      withoutEffectRow(`${prefix}_buffering`, passedOn, (texts) => !texts.includes('off')),
      flag(requestBuffering, "Whether the request's body is read whole first."),
      flag(interceptErrors, 'Whether `error_page` applies to answers from 300 on.'),
      flag(ignoreClientAbort, 'Whether to go on when the client has gone.'),
      flag(passRequestHeaders, "Whether the client's header is passed on."),
      flag(passRequestBody, "Whether the client's body is passed on."),
      row(
        nextUpstream.name,
        'When another server is tried.',
        { args: atLeast(1), once: true },
        (scope, statement, report) => {
          for (const word of statement.args)
            if (!conditions.has(word.text) && word.text !== 'updating')
              report.emerg(`invalid value "${word.text}"`, word.place)
          scope.set(nextUpstream, new Set(textsOf(statement)))
        },
      ),
      numberRow(nextUpstreamTries.name, everywhere, nextUpstreamTries, 'How many servers are tried; 0 is no limit.'),
      time(nextUpstreamTimeout, 'How long servers are tried; 0 is no limit.'),
      row(
        ignoreHeaders.name,
        'Fields of answers that are not acted upon.',
        { args: atLeast(1), once: true },
        (scope, statement) => {
          scope.set(ignoreHeaders, new Set(textsOf(statement).map((name) => name.toLowerCase())))
        },
      ),
      list(hideHeader, 'A field of answers that is not passed on.'),
      list(passHeader, 'A field of answers that is passed on after all.'),
      sizeValueRow(limitRate.name, everywhere, limitRate, 'How fast an answer is read; 0 is no limit.'),
      sizeRow(bufferSize.name, everywhere, bufferSize, 'The largest head of an answer.'),
      withoutEffectRow(`${prefix}_buffers`, passedOn),
      withoutEffectRow(`${prefix}_busy_buffers_size`, passedOn),
      withoutEffectRow(`${prefix}_max_temp_file_size`, passedOn, ([size]) => size !== '0'),
      row(
        bind.name,
        'The address that connections come from.',
        { args: [1, 2], once: true },
        (scope, statement, report) => scope.set(bind, readBind(scope, statement, report)),
      ),
      row(store.name, 'Where copies of answers are kept as files.', { once: true }, (scope, statement, report) => {
        const [word] = statement.args
        if (word === undefined) return
        if (word.text === 'on' || word.text === 'off') scope.set(store, word.text)
        else scope.set(store, compileAt(word, scope, report) ?? 'off')
      }),
      row(storeAccess.name, 'The rights of such files.', { args: [1, 3], once: true }, (scope, statement, report) =>
        scope.set(storeAccess, readAccess(statement, report)),
      ),
      flag(socketKeepalive, 'Whether dead connections are found out by probes.'),
      acceptedRow(`${prefix}_temp_file_write_size`, noFiles),
      acceptedRow(`${prefix}_temp_path`, noFiles),
    ],
    read: (scope) => {
      const passed = new Set(scope.value(passHeader))
      return {
        connectTimeout: scope.value(connectTimeout),
        sendTimeout: scope.value(sendTimeout),
        readTimeout: scope.value(readTimeout),
        requestBuffering: scope.value(requestBuffering),
        interceptErrors: scope.value(interceptErrors),
        ignoreClientAbort: scope.value(ignoreClientAbort),
        passRequestHeaders: scope.value(passRequestHeaders),
        passRequestBody: scope.value(passRequestBody),
        nextUpstream: scope.value(nextUpstream),
        nextUpstreamTries: scope.value(nextUpstreamTries),
        nextUpstreamTimeout: scope.value(nextUpstreamTimeout),
        ignoreHeaders: scope.value(ignoreHeaders),
        limitRate: scope.value(limitRate),
        hidden: new Set([...hidden, ...scope.value(hideHeader)].filter((name) => !passed.has(name))),
        headSize: Math.max(scope.value(bufferSize), 1024),
        bind: scope.value(bind),
        socketKeepalive: scope.value(socketKeepalive),
        store: storeOf(scope, scope.value(store), scope.value(storeAccess)),
      }
    },
  }
}
