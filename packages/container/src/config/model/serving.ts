/** What options/table/static-files.ts, and `mount` and `add-header`, mean. */
import { resolve } from 'node:path'
import type { ExpiresRule, MountSettings, ServingSettings, StaticMap, StaticSettings } from '../../serving/settings.ts'
import { readNumber, readPair, ValueError } from '../convert.ts'
import type { Reading } from '../reading.ts'
import { splitModule } from './application.ts'

/** Reads what stands before the application. */
export function resolveServing(reading: Reading): ServingSettings {
  const { values } = reading
  return {
    static: readStatic(reading),
    mounts: values.every('mount', readMount),
    manageScriptName: values.flag('manage-script-name'),
    middleware: values.all('middleware').map(({ value }) => value),
    headers: values.every('add-header', readHeader),
  }
}

function readStatic(reading: Reading): StaticSettings {
  const { values, directory } = reading
  const map = (whole: boolean) => (text: string) => readMap(text, directory, whole)
  return {
    maps: [
      ...reading.paths('check-static').map((target): StaticMap => ({ prefix: '', target, whole: false })),
      ...values.every('static-map', map(false)),
      ...values.every('static-map2', map(true)),
    ],
    index: values.every('static-index', readName),
    skip: values.every('static-skip-ext', readName),
    safe: reading.paths('static-safe'),
    expires: Object.entries(expiresOptions).flatMap(([name, [subject, from]]) =>
      values.every(name, (text) => readExpires(text, subject, from)),
    ),
    gzipAll: values.flag('static-gzip-all'),
    gzipFolders: reading.paths('static-gzip-dir'),
    gzipEndings: values.every('static-gzip-ext', readName),
    gzipPatterns: values.every('static-gzip', readPattern),
  }
}

const expiresOptions: Readonly<Record<string, readonly [ExpiresRule['subject'], ExpiresRule['from']]>> = {
  'static-expires': ['file', 'now'],
  'static-expires-mtime': ['file', 'modified'],
  'static-expires-path-info': ['path-info', 'now'],
  'static-expires-path-info-mtime': ['path-info', 'modified'],
  'static-expires-uri': ['uri', 'now'],
  'static-expires-uri-mtime': ['uri', 'modified'],
  'static-expires-type': ['type', 'now'],
  'static-expires-type-mtime': ['type', 'modified'],
}

function readMap(text: string, directory: string, whole: boolean): StaticMap {
  const [prefix, target] = readPair(text)
  if (!prefix.startsWith('/')) throw new ValueError(`expected /PATH=FOLDER, got \`${text}\``)
  if (target === '') throw new ValueError(`expected /PATH=FOLDER, got \`${text}\``)
  return { prefix: prefix.replace(/\/+$/, ''), target: resolve(directory, target), whole }
}

/** `static-expires = PATTERN SECONDS`, `static-expires-type = TYPE=SECONDS`. */
function readExpires(text: string, subject: ExpiresRule['subject'], from: ExpiresRule['from']): ExpiresRule {
  const match = (subject === 'type' ? /^(.+?)=(\d+)$/ : /^(.+?)[ =](\d+)$/).exec(text.trim())
  const syntax = subject === 'type' ? 'TYPE=SECONDS' : 'PATTERN SECONDS'
  if (match === null) throw new ValueError(`expected ${syntax}, got \`${text}\``)
  const [, pattern = '', seconds = ''] = match
  return {
    pattern: subject === 'type' ? pattern : readPattern(pattern),
    seconds: readNumber(seconds, [0, 315_360_000]),
    subject,
    from,
  }
}

function readPattern(text: string): string {
  try {
    return new RegExp(text).source
  } catch (error) {
    throw new ValueError(`expected a regular expression: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function readName(text: string): string {
  if (text === '' || text.includes('/')) throw new ValueError(`expected a name without a slash, got \`${text}\``)
  return text
}

/** `mount = /PATH=MODULE[:EXPORT]`. */
function readMount(text: string): MountSettings {
  const [prefix, reference] = readPair(text)
  if (!prefix.startsWith('/'))
    throw new ValueError(`expected /PATH=MODULE, got \`${text}\`; hosts are not told apart here`)
  if (reference === '') throw new ValueError(`expected /PATH=MODULE, got \`${text}\``)
  const { module, name } = splitModule(reference)
  return { prefix: prefix.replace(/\/+$/, ''), application: { module, export: name, interface: 'auto' } }
}

/** `add-header = NAME: VALUE`. */
function readHeader(text: string): readonly [name: string, value: string] {
  const match = /^([!#$%&'*+.^`|~\w-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/.exec(text)
  if (match === null) throw new ValueError(`expected NAME: VALUE, got \`${text}\``)
  return [match[1] ?? '', match[2] ?? '']
}
