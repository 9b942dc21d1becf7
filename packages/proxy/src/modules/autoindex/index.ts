/** `autoindex`: a list of the files of a folder, in nginx's HTML, XML, JSON or JSONP. Names that begin with a dot are left out. */
import { readdirSync, statSync, type Stats } from 'node:fs'
import { httpDate } from '@trivet/http1'
import { choiceRow, flagRow } from '../../language/rows.ts'
import { systemPath } from '../../http/files.ts'
import type { Request } from '../../http/request.ts'
import { declined, taken, type Module } from '../../model/module.ts'
import { everywhere } from '../../model/row.ts'
import { setting } from '../../model/setting.ts'
import { lookIntoFolder } from '../folder.ts'
import { queryArgument } from '../variables.ts'
import { escapeHtml } from './escape.ts'
import { htmlIndex, type Entry } from './html.ts'

type Format = 'html' | 'xml' | 'json' | 'jsonp'

/** What a location says about its lists. */
interface Options {
  readonly exactSize: boolean
  readonly localTime: boolean
  readonly format: Format
}

const enabled = setting('autoindex', false)
const exactSize = setting('autoindex_exact_size', true)
const localTime = setting('autoindex_localtime', false)
const format = setting<Format>('autoindex_format', 'html')

const contentTypes: Readonly<Record<Format, string>> = {
  html: 'text/html',
  xml: 'text/xml',
  json: 'application/json',
  jsonp: 'application/javascript',
}
const longestCallback = 128

const kindOf = (stats: Stats): string => (stats.isDirectory() ? 'directory' : stats.isFile() ? 'file' : 'other')
const seconds = ({ mtimeMs }: Stats): number => Math.floor(mtimeMs / 1000) * 1000

/** Bytes beyond ASCII stay as they are: whoever reads the list knows what the names are written in. */
function escapeJson(text: string): string {
  // eslint-disable-next-line no-control-regex -- what JSON does not allow in texts
  return text.replace(/["\\\0-\x1f]/g, (character) => jsonEscapes[character] ?? unicodeEscape(character))
}

const jsonEscapes: Readonly<Record<string, string>> = {
  '"': String.raw`\"`,
  '\\': '\\\\',
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\t': String.raw`\t`,
  '\b': String.raw`\b`,
  '\f': String.raw`\f`,
}

function unicodeEscape(character: string): string {
  return String.raw`\u` + character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
}

/** The list as nginx writes it in JSON. */
function jsonIndex(entries: readonly Entry[]): string {
  const lines = entries.map(({ name, stats }) => {
    const size = stats.isFile() ? `", "size":${stats.size}` : '"'
    const time = httpDate(seconds(stats))
    return `\r\n{ "name":"${escapeJson(name)}", "type":"${kindOf(stats)}", "mtime":"${time}${size} }`
  })
  return `[${lines.join(',')}\r\n]`
}

/** The list as nginx writes it in XML. */
function xmlIndex(entries: readonly Entry[]): string {
  const lines = entries.map(({ name, stats }) => {
    const kind = kindOf(stats)
    const size = stats.isFile() ? `" size="${stats.size}` : ''
    const time = `${new Date(seconds(stats)).toISOString().slice(0, 19)}Z`
    return `<${kind} mtime="${time}${size}">${escapeHtml(name)}</${kind}>\r\n`
  })
  return `<?xml version="1.0"?>\r\n<list>\r\n${lines.join('')}</list>\r\n`
}

function readFolder(path: string): Entry[] {
  const entries: Entry[] = []
  for (const bytes of readdirSync(systemPath(path), 'buffer')) {
    const name = bytes.toString('latin1')
    if (name.startsWith('.')) continue
    const stats = statSync(systemPath(path + name), { throwIfNoEntry: false })
    if (stats !== undefined) entries.push({ name, stats })
  }
  const rank = ({ stats }: Entry): number => (stats.isDirectory() ? 0 : 1)
  return entries.toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1))
}

/** The function that a JSONP list is handed to: empty for plain JSON, undefined when the client asks for nonsense. */
function callbackOf(request: Request): string | undefined {
  const name = queryArgument(request.args, 'callback') ?? ''
  if (/^[\w.]*$/.test(name) && name.length <= longestCallback) return name
  const what = name.length > longestCallback ? 'too long' : 'invalid'
  request.log('info', `client sent ${what} callback name: "${name}"`)
  return undefined
}

function handle(request: Request, options: Options): number {
  const { method, uri, out } = request
  if (!uri.endsWith('/') || (method !== 'GET' && method !== 'HEAD')) return declined
  const callback = options.format === 'jsonp' ? callbackOf(request) : ''
  if (callback === undefined) return 400
  const entries = lookIntoFolder(request, readFolder)
  if (typeof entries === 'number') return entries
  const format = options.format === 'jsonp' && callback === '' ? 'json' : options.format
  out.status = 200
  out.contentType = contentTypes[format]
  if (format === 'xml') out.charset = 'utf-8'
  if (!request.sendHead()) return taken
  request.write(listOf(request, format, callback, entries, options))
  request.end()
  return taken
}

function listOf(
  request: Request,
  format: Format,
  callback: string,
  entries: readonly Entry[],
  options: Options,
): string {
  if (format === 'xml') return xmlIndex(entries)
  if (format === 'json') return jsonIndex(entries)
  if (format === 'jsonp') return `/* callback */\r\n${callback}(${jsonIndex(entries)});`
  return htmlIndex(request.uri, entries, { ...options, isUtf8: request.out.charset?.toLowerCase() === 'utf-8' })
}

/** The autoindex module. */
export const autoindex: Module = {
  name: 'autoindex',
  directives: [
    flagRow('autoindex', everywhere, enabled, 'Whether folders without an index are listed.'),
    flagRow('autoindex_exact_size', everywhere, exactSize, 'Whether sizes are shown in bytes.'),
    flagRow('autoindex_localtime', everywhere, localTime, 'Whether times are local ones.'),
    choiceRow('autoindex_format', everywhere, format, 'How the list is written.', {
      html: 'html',
      xml: 'xml',
      json: 'json',
      jsonp: 'jsonp',
    } as const),
  ],
  attach: (scope) => {
    if (!scope.value(enabled)) return undefined
    const options: Options = {
      exactSize: scope.value(exactSize),
      localTime: scope.value(localTime),
      format: scope.value(format),
    }
    return { content: (request) => handle(request, options) }
  },
}
