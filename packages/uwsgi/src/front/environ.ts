/**
 * From vars to environ. The vars are CGI's already (RFC 3875 section 4.1), so what is left is what a proxy cannot know:
 * an empty CONTENT_TYPE or CONTENT_LENGTH means that none was sent (nginx sends both always), a header that came more
 * than once becomes one value (section 4.1.18), request chunking is undone before it gets here, the keep-alive nonce is
 * between the two ends of the connection, and modifier 30 asks for SCRIPT_NAME to be taken off PATH_INFO.
 */
import type { Environ, Errors, Input } from '@trivet/gateway'
import { fileWrapper, type Disconnect } from '@trivet/gateway/server'
import { UwsgiError } from '../errors.ts'
import { keepAliveVar } from '../keepalive.ts'
import { stripModifier } from '../modifiers.ts'
import type { Packet } from '../packet-parser.ts'
import { checkControlVar } from './control-vars.ts'

/** What is the same in every environ of a server. */
export interface EnvironSettings {
  readonly errors: Errors
  readonly multiprocess: boolean
  /** Control vars that are passed on instead of refused. */
  readonly controlVars: ReadonlySet<string>
  /** Deployer's own keys, copied into each environ. */
  readonly extra: Readonly<Record<string, unknown>> | undefined
}

const version = [1, 0] as const

/**
 * Many programs take HTTP_PROXY for their own setting (CVE-2016-5385), and nginx passes it on; chunks are undone already;
 * CGI has names of its own for the other two, which proxies send beside them (RFC 3875 section 4.1.18).
 */
const leftOut = new Set(['HTTP_PROXY', 'HTTP_TRANSFER_ENCODING', 'HTTP_CONTENT_TYPE', 'HTTP_CONTENT_LENGTH'])

const takesTrailers = /(?:^|,)[\t ]*trailers[\t ]*(?:,|$)/i

type Keys = Record<string, string | undefined>

/** The environ of one request; throws `UwsgiError` when its vars cannot be one. */
export function makeEnviron(packet: Packet, input: Input, disconnect: Disconnect, settings: EnvironSettings): Environ {
  const environ: Environ = {
    REQUEST_METHOD: '',
    SCRIPT_NAME: '',
    PATH_INFO: '',
    QUERY_STRING: '',
    SERVER_NAME: '',
    SERVER_PORT: '',
    SERVER_PROTOCOL: '',
    'tsgi.version': version,
    'tsgi.url_scheme': 'http',
    'tsgi.input': input,
    'tsgi.errors': settings.errors,
    'tsgi.multithread': false,
    'tsgi.multiprocess': settings.multiprocess,
    'tsgi.run_once': false,
    'tsgi.signal': disconnect.signal,
    'tsgi.file_wrapper': fileWrapper,
  }
  addVars(environ as unknown as Keys, packet, settings)
  complete(environ)
  if (packet.modifier1 === stripModifier) stripScriptName(environ)
  if (environ['HTTP_UPGRADE'] !== undefined) environ['tsgi.protocol'] = protocols(environ['HTTP_UPGRADE'])
  // Only who offers to keep the connection reads chunks, and with them what may follow (KEEPALIVE.md).
  if (packet.keepAlive !== undefined && environ['HTTP_TE'] !== undefined)
    environ['tsgi.trailers'] = takesTrailers.test(environ['HTTP_TE'])
  return settings.extra === undefined ? environ : Object.assign(environ, settings.extra)
}

function addVars(environ: Keys, { vars }: Packet, settings: EnvironSettings): void {
  for (let i = 0; i < vars.size; i++) {
    const key = vars.key(i)
    if (key.startsWith('HTTP_')) addHeader(environ, key, vars.value(i))
    else if (key.startsWith('UWSGI_')) {
      checkControlVar(key, settings.controlVars)
      if (key !== keepAliveVar) environ[key] = vars.value(i)
    } else if (!key.startsWith('tsgi.')) environ[key] = vars.value(i)
  }
}

function addHeader(environ: Keys, key: string, value: string): void {
  const before = environ[key]
  if (before !== undefined) environ[key] = `${before}${key === 'HTTP_COOKIE' ? '; ' : ', '}${value}`
  else if (!leftOut.has(key)) environ[key] = value
}

function complete(environ: Environ): void {
  if (environ.REQUEST_METHOD === '') {
    throw new UwsgiError(
      'missing-var',
      'no REQUEST_METHOD among the vars (in nginx: is `include uwsgi_params` missing?)',
    )
  }
  if (environ.CONTENT_TYPE === '') delete environ.CONTENT_TYPE
  if (environ.CONTENT_LENGTH === '') delete environ.CONTENT_LENGTH
  const { HTTPS: https, UWSGI_SCHEME: scheme, REQUEST_SCHEME: seen } = environ as unknown as Keys
  if (https === 'on' || https === '1' || scheme === 'https' || (https === undefined && seen === 'https')) {
    environ.HTTPS = 'on'
    environ['tsgi.url_scheme'] = 'https'
  } else if (https !== undefined) delete environ.HTTPS
  if (environ.SERVER_PROTOCOL === '') environ.SERVER_PROTOCOL = 'HTTP/1.1'
  if (environ.SERVER_NAME === '') environ.SERVER_NAME = environ['HTTP_HOST']?.replace(/:\d*$/, '') || 'localhost'
  if (environ.SERVER_PORT === '') environ.SERVER_PORT = environ.HTTPS === 'on' ? '443' : '80'
}

function stripScriptName(environ: Environ): void {
  const prefix = environ.SCRIPT_NAME.replace(/\/$/, '')
  const rest = environ.PATH_INFO.slice(prefix.length)
  if (!environ.PATH_INFO.startsWith(prefix) || (rest !== '' && !rest.startsWith('/'))) {
    const facts = `PATH_INFO ${JSON.stringify(environ.PATH_INFO)} is not below SCRIPT_NAME ${JSON.stringify(prefix)}`
    throw new UwsgiError('mount-mismatch', `modifier 30 asks to strip, but ${facts}`)
  }
  environ.SCRIPT_NAME = prefix
  environ.PATH_INFO = rest
}

function protocols(upgrade: string): string[] {
  return upgrade
    .toLowerCase()
    .split(',')
    .map((protocol) => protocol.trim())
    .filter((protocol) => protocol !== '')
}
