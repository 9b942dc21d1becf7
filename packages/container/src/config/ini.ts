/**
 * uWSGI's ini dialect (its core/ini.c): a line is a section, a comment, or `key = value`.
 * Only a line that *starts* with `;` or `#` is a comment, so a value may hold both. There is no quoting, no
 * continuation and no escape. A key without `=` is a bare flag. A section may come in several pieces.
 */
import type { ConfigFile } from './config-file.ts'
import type { Diagnostic, Place } from './diagnostic.ts'
import type { Setting } from './setting.ts'

/** Reads a whole ini text; never throws. `source` is the name that errors are reported under. */
export function parseIni(text: string, source: string): ConfigFile {
  const sections = new Map<string, Setting[]>()
  const diagnostics: Diagnostic[] = []
  let current: Setting[] | undefined
  let complained = false
  // Editors on Windows put a byte order mark in front.
  text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .forEach((raw, index) => {
      const line = raw.replace(/[ \t\r]+$/, '')
      const start = line.search(/[^ \t\r]/)
      if (start < 0 || line[start] === ';' || line[start] === '#') return
      const place = (from: number, to: number): Place => ({
        source,
        line: index + 1,
        column: from + 1,
        length: to - from,
        text: line,
      })
      if (line[start] === '[') {
        const name = sectionName(line.slice(start))
        if (name === undefined) {
          diagnostics.push({
            severity: 'error',
            message: 'section without its closing `]`',
            place: place(start, line.length),
          })
        }
        current = sections.get(name ?? '') ?? []
        sections.set(name ?? '', current)
        return
      }
      if (current === undefined) {
        // uWSGI drops such lines without a word. One report is enough for a file that forgot its section.
        if (!complained) {
          diagnostics.push({
            severity: 'error',
            message: 'a setting before any section: the file needs a `[uwsgi]` line above it',
            place: place(start, line.length),
          })
        }
        complained = true
        return
      }
      const setting = readSetting(line, start, place)
      if (setting === undefined)
        diagnostics.push({ severity: 'error', message: 'a value without a name', place: place(start, line.length) })
      else current.push(setting)
    })
  return { sections, diagnostics }
}

function sectionName(line: string): string | undefined {
  return line.endsWith(']') ? line.slice(1, -1) : undefined
}

function readSetting(line: string, start: number, place: (from: number, to: number) => Place): Setting | undefined {
  const equals = line.indexOf('=', start)
  if (equals < 0)
    return {
      name: line.slice(start),
      value: '',
      place: place(start, line.length),
      valuePlace: place(start, line.length),
    }
  const name = line.slice(start, equals).replace(/[ \t\r]+$/, '')
  if (name === '') return undefined
  const value = line.slice(equals + 1).replace(/^[ \t\r]+/, '')
  const named = place(start, start + name.length)
  return {
    name,
    value,
    place: named,
    valuePlace: value === '' ? named : place(line.length - value.length, line.length),
  }
}
