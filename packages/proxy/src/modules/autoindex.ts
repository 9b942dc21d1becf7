/** `autoindex`: a list of the files of a folder, in nginx's HTML or as JSON. Names that begin with a dot are left out. */
import { readdirSync, statSync, type Stats } from 'node:fs'
import { choiceRow, flagRow } from '../language/rows.ts'
import { filePath, systemPath } from '../http/files.ts'
import type { Request } from '../http/request.ts'
import { systemErrorText } from '../language/system-error.ts'
import { escapeUri } from '../http/uri.ts'
import { declined, taken, type Module } from '../model/module.ts'
import { everywhere } from '../model/row.ts'
import { setting } from '../model/setting.ts'

interface Options {
  readonly exactSize: boolean
  readonly localTime: boolean
  readonly format: 'html' | 'json'
}

interface Entry {
  /** A byte string. */
  readonly name: string
  readonly stats: Stats
}

const enabled = setting('autoindex', false)
const exactSize = setting('autoindex_exact_size', true)
const localTime = setting('autoindex_localtime', false)
const format = setting<'html' | 'json'>('autoindex_format', 'html')

const nameWidth = 50
const sizeWidth = 19
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const entities: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' }

const escapeHtml = (text: string): string => text.replace(/[<>&"]/g, (character) => entities[character] ?? character)
const two = (value: number): string => String(value).padStart(2, '0')

/** `23-Nov-2026 04:05` */
function dateText(date: Date, isLocal: boolean): string {
  // Shifting by the zone's offset makes the UTC getters tell local time.
  const shown = isLocal ? new Date(date.getTime() - date.getTimezoneOffset() * 60_000) : date
  const day = `${two(shown.getUTCDate())}-${months[shown.getUTCMonth()]}-${shown.getUTCFullYear()}`
  return `${day} ${two(shown.getUTCHours())}:${two(shown.getUTCMinutes())}`
}

function sizeText(size: number, isExact: boolean): string {
  if (isExact || size < 1024) return String(size)
  const unit = size < 1024 ** 2 ? 1 : size < 1024 ** 3 ? 2 : 3
  return `${Math.round(size / 1024 ** unit)}${' KMG'[unit]}`
}

/** The list as nginx writes it. */
export function htmlIndex(uri: string, entries: readonly Entry[], options: Options): string {
  const title = `Index of ${escapeHtml(uri)}`
  let text = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<h1>${title}</h1><hr><pre><a href="../">../</a>\r\n`
  for (const { name, stats } of entries) {
    const full = stats.isDirectory() ? `${name}/` : name
    const isLong = full.length > nameWidth
    const shown = isLong ? `${escapeHtml(full.slice(0, nameWidth - 3))}..&gt;` : escapeHtml(full)
    const padding = ' '.repeat(isLong ? 1 : nameWidth - full.length + 1)
    const size = stats.isDirectory() ? '-' : sizeText(stats.size, options.exactSize)
    // A colon in the first segment would make it a scheme.
    const link = escapeUri(full).replaceAll(':', '%3A')
    text += `<a href="${escapeHtml(link)}">${shown}</a>${padding}${dateText(stats.mtime, options.localTime)} ${size.padStart(sizeWidth)}\r\n`
  }
  return `${text}</pre><hr></body>\r\n</html>\r\n`
}

function jsonIndex(entries: readonly Entry[]): string {
  const list = entries.map(({ name, stats }) => ({
    name: Buffer.from(name, 'latin1').toString('utf8'),
    type: stats.isDirectory() ? 'directory' : stats.isFile() ? 'file' : 'other',
    mtime: stats.mtime.toUTCString(),
    ...(stats.isFile() ? { size: stats.size } : {}),
  }))
  return Buffer.from(JSON.stringify(list, undefined, 1)).toString('latin1')
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

function handle(request: Request, options: Options): number {
  const { method, uri } = request
  if (!uri.endsWith('/') || (method !== 'GET' && method !== 'HEAD')) return declined
  const path = filePath(request, uri)
  let entries: Entry[]
  try {
    entries = readFolder(path)
  } catch (error) {
    const failure = error as NodeJS.ErrnoException
    request.log('error', `opendir() "${path}" failed (${systemErrorText(failure)})`)
    return failure.code === 'EACCES' ? 403 : failure.code === 'ENOENT' || failure.code === 'ENOTDIR' ? 404 : 500
  }
  request.out.contentType = options.format === 'json' ? 'application/json' : 'text/html'
  request.respond(200, options.format === 'json' ? jsonIndex(entries) : htmlIndex(uri, entries, options))
  return taken
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
      json: 'json',
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
