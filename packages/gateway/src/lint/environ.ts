/** The server's side of the call (RFC 3875 section 4.1; PEP 3333, "environ Variables"). */
import type { Environ, Errors, Input } from '../contract.ts'
import { types } from 'node:util'
import { expectRule, show } from './lint-error.ts'

const strings = [
  'REQUEST_METHOD',
  'SCRIPT_NAME',
  'PATH_INFO',
  'QUERY_STRING',
  'SERVER_NAME',
  'SERVER_PORT',
  'SERVER_PROTOCOL',
]
const neverEmpty = ['REQUEST_METHOD', 'SERVER_NAME', 'SERVER_PORT', 'SERVER_PROTOCOL']
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
// oxlint-disable-next-line no-control-regex
const latin1 = /^[\0-\xff]*$/
const ownKey = /^(?:[A-Z][A-Z0-9_]*|[a-z][a-z0-9_-]*\.[A-Za-z0-9_.-]+|HTTP_.*)$/

/** Each key of the interface and what it must be. */
const own: Record<string, (value: unknown) => boolean> = {
  'tsgi.version': (value) => Array.isArray(value) && value[0] === 1 && value[1] === 0,
  'tsgi.url_scheme': (value) => value === 'http' || value === 'https',
  'tsgi.input': (value) => hasMethods(value, ['read', 'readline', 'readlines', Symbol.asyncIterator]),
  'tsgi.errors': (value) => hasMethods(value, ['write', 'writelines', 'flush']),
  'tsgi.multithread': (value) => typeof value === 'boolean',
  'tsgi.multiprocess': (value) => typeof value === 'boolean',
  'tsgi.run_once': (value) => typeof value === 'boolean',
  'tsgi.signal': (value) => value instanceof AbortSignal,
}

const optional: Record<string, (value: unknown) => boolean> = {
  'tsgi.protocol': (value) =>
    Array.isArray(value) && value.every((item) => typeof item === 'string' && item === item.toLowerCase()),
  'tsgi.trailers': (value) => typeof value === 'boolean',
  'tsgi.early_hints': (value) => typeof value === 'function',
  'tsgi.response_finished': (value) => Array.isArray(value) && value.every((item) => typeof item === 'function'),
  'tsgi.file_wrapper': (value) => typeof value === 'function',
}

/** Checks what the server gave. */
export function checkEnviron(environ: Environ): void {
  const entries: Record<string, unknown> = { ...environ }
  for (const key of strings) expectRule(key in entries, 'environ-missing', () => `no \`${key}\``)
  for (const key of neverEmpty) expectRule(entries[key] !== '', 'environ-empty', () => `an empty \`${key}\``)
  for (const [key, check] of Object.entries(own)) {
    expectRule(key in entries, 'environ-missing', () => `no \`${key}\``)
    expectRule(check(entries[key]), 'environ-tsgi', () => `\`${key}\` = ${show(entries[key])}`)
  }
  for (const [key, check] of Object.entries(optional)) {
    expectRule(!(key in entries) || check(entries[key]), 'environ-tsgi', () => `\`${key}\` = ${show(entries[key])}`)
  }
  for (const [key, value] of Object.entries(entries)) checkEntry(key, value)
  checkValues(environ)
}

function checkEntry(key: string, value: unknown): void {
  expectRule(ownKey.test(key), 'environ-own-key', () => `\`${key}\``)
  expectRule(key !== 'HTTP_CONTENT_TYPE' && key !== 'HTTP_CONTENT_LENGTH', 'environ-header', () => `\`${key}\``)
  if (key.includes('.') && !key.startsWith('HTTP_')) return
  expectRule(typeof value === 'string' && latin1.test(value), 'environ-string', () => `\`${key}\` = ${show(value)}`)
}

function checkValues(environ: Environ): void {
  const { REQUEST_METHOD: method, SCRIPT_NAME: script, PATH_INFO: path, CONTENT_LENGTH: length } = environ
  expectRule(token.test(method), 'environ-method', () => show(method))
  expectRule(
    script === '' || (script.startsWith('/') && script !== '/'),
    'environ-path',
    () => `SCRIPT_NAME = ${show(script)}`,
  )
  const asterisk = path === '*' && method === 'OPTIONS'
  expectRule(path === '' || path.startsWith('/') || asterisk, 'environ-path', () => `PATH_INFO = ${show(path)}`)
  expectRule(length === undefined || /^\d+$/.test(length), 'environ-length', () => show(length))
  const secure = environ['tsgi.url_scheme'] === 'https'
  expectRule(environ.HTTPS === (secure ? 'on' : undefined), 'environ-https', () => show(environ.HTTPS))
}

function hasMethods(value: unknown, names: readonly (string | symbol)[]): boolean {
  if (typeof value !== 'object' || value === null) return false
  return names.every((name) => typeof (value as Record<string | symbol, unknown>)[name] === 'function')
}

/** `tsgi.input`, with both sides watched. */
export function checkedInput(input: Input): Input {
  const sized = async (name: 'read' | 'readline', size: number | undefined): Promise<Uint8Array> => {
    expectRule(size === undefined || Number.isInteger(size), 'input-size', () => `${name}(${show(size)})`)
    const chunk = await input[name](size)
    const fits = types.isUint8Array(chunk) && (size === undefined || size < 0 || chunk.length <= size)
    expectRule(fits, 'input-chunk', () => `${show(chunk)} of ${name}(${show(size)})`)
    return chunk
  }
  return {
    read: (size) => sized('read', size),
    readline: (size) => sized('readline', size),
    async readlines(hint) {
      expectRule(hint === undefined || Number.isInteger(hint), 'input-size', () => `readlines(${show(hint)})`)
      return input.readlines(hint)
    },
    get buffered() {
      return input.buffered
    },
    async *[Symbol.asyncIterator]() {
      for await (const chunk of input) {
        expectRule(types.isUint8Array(chunk), 'input-chunk', () => show(chunk))
        yield chunk
      }
    },
  }
}

/** `tsgi.errors`, which takes text. */
export function checkedErrors(errors: Errors): Errors {
  const check = (text: unknown): void => expectRule(typeof text === 'string', 'errors-text', () => show(text))
  return {
    write(text) {
      check(text)
      errors.write(text)
    },
    writelines(lines) {
      const all = [...lines]
      all.forEach(check)
      errors.writelines(all)
    },
    flush: () => errors.flush(),
  }
}
