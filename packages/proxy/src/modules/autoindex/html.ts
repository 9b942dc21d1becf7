/** A list of files in nginx's HTML, byte for byte. */
import type { Stats } from 'node:fs'
import { escapeComponent } from '../../http/uri.ts'
import { escapeHtml } from './escape.ts'

/** A file, folder or something else. */
export interface Entry {
  /** A byte string. */
  readonly name: string
  readonly stats: Stats
}

/** How it is written. */
interface HtmlOptions {
  readonly exactSize: boolean
  readonly localTime: boolean
  /** Names are UTF-8: their characters are counted, not their bytes. */
  readonly isUtf8: boolean
}

const nameWidth = 50
const sizeWidth = 19
const roundedWidth = 7
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (value: number): string => String(value).padStart(2, '0')

/** `23-Nov-2026 04:05` */
function dateText(date: Date, isLocal: boolean): string {
  // Shifting by the zone's offset makes the UTC getters tell local time.
  const shown = isLocal ? new Date(date.getTime() - date.getTimezoneOffset() * 60_000) : date
  const day = `${two(shown.getUTCDate())}-${months[shown.getUTCMonth()]}-${shown.getUTCFullYear()}`
  return `${day} ${two(shown.getUTCHours())}:${two(shown.getUTCMinutes())}`
}

/** From how many bytes on a size is shown in a unit. */
const units: readonly (readonly [least: number, size: number, letter: string])[] = [
  [1024 ** 3, 1024 ** 3, 'G'],
  [1024 ** 2, 1024 ** 2, 'M'],
  [10_000, 1024, 'K'],
]

function sizeText(size: number, isExact: boolean): string {
  if (isExact) return String(size).padStart(sizeWidth)
  const unit = units.find(([least]) => size >= least)
  return (unit === undefined ? String(size) : `${Math.round(size / unit[1])}${unit[2]}`).padStart(roundedWidth)
}

/** The characters of a name: of UTF-8 its characters, else its bytes. */
function charactersOf(name: string, isUtf8: boolean): readonly string[] {
  if (!isUtf8) return Array.from({ length: name.length }, (_, index) => name[index] ?? '')
  return name.match(/[\0-\x7f]|[\xc0-\xff][\x80-\xbf]*|[\x80-\xbf]/g) ?? [] // eslint-disable-line no-control-regex -- bytes
}

/** The list. */
export function htmlIndex(uri: string, entries: readonly Entry[], options: HtmlOptions): string {
  const title = `Index of ${escapeHtml(uri)}`
  let text = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<h1>${title}</h1><hr><pre><a href="../">../</a>\r\n`
  for (const { name, stats } of entries) {
    const isFolder = stats.isDirectory()
    const characters = charactersOf(name, options.isUtf8)
    const isLong = characters.length > nameWidth
    const slash = isFolder && characters.length < nameWidth ? '/' : ''
    const shown = isLong
      ? `${escapeHtml(characters.slice(0, nameWidth - 3).join(''))}..&gt;`
      : `${escapeHtml(name)}${slash}`
    const padding = ' '.repeat(isLong ? 0 : nameWidth - characters.length - slash.length)
    const size = isFolder
      ? '-'.padStart(options.exactSize ? sizeWidth : roundedWidth)
      : sizeText(stats.size, options.exactSize)
    text += `<a href="${escapeComponent(name)}${isFolder ? '/' : ''}">${shown}</a>${padding} ${dateText(stats.mtime, options.localTime)} ${size}\r\n`
  }
  return `${text}</pre><hr></body>\r\n</html>\r\n`
}
