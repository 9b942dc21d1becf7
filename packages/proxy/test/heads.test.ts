/**
 * Heads of requests as the proxy itself reads them, which is nginx's way: more lenient than RFC 9112 in form, and strict where
 * two readers could take a request in two ways. Each case is read whole, byte by byte, cut at every place, and with another
 * request behind it.
 */
import { join } from 'node:path'
import { readCases, type MarkdownCase } from '@trivet/testing'
import { expect, test } from 'vitest'
import { admit } from '../src/http/admission.ts'
import { HeadError, HeadReader } from '../src/http/head.ts'
import { loadConfig } from '../src/language/load.ts'
import { compileConfig } from '../src/model/compile.ts'
import type { ServerNames } from '../src/model/server-names.ts'
import type { Server } from '../src/model/config.ts'

const cases = readCases(join(import.meta.dirname, 'heads'))

/** The servers of a configuration with the directives that a case names, as `max_headers=3`. */
function serversFor({ options }: MarkdownCase): ServerNames<Server> {
  const directives = options.map((option) => `${option.replaceAll(/[=,]/g, ' ')};`).join(' ')
  const text = `events {} http { ${directives} server { listen 127.0.0.1:1; } }`
  const { http } = compileConfig(loadConfig('/x.conf', { readFile: () => text }), { prefix: '/' })
  const names = http?.listeners[0]?.names
  if (names === undefined) throw new Error('no server')
  return names
}

interface Reading {
  readonly lines: readonly string[]
  /** Bytes taken; -1 when the head is not complete or refused. */
  readonly length: number
}

function read(item: MarkdownCase, names: ServerNames<Server>, pieces: readonly Buffer[]): Reading {
  const reader = new HeadReader()
  let bytes = Buffer.alloc(0)
  try {
    for (const piece of pieces) {
      bytes = Buffer.concat([bytes, piece])
      if (reader.read(bytes, names.fallback.settings)) return { lines: describe(reader, names), length: reader.length }
    }
    return { lines: ['incomplete'], length: -1 }
  } catch (error) {
    if (error instanceof HeadError) return { lines: [refusal(error)], length: -1 }
    throw error
  }
}

function describe(reader: HeadReader, names: ServerNames<Server>): string[] {
  const { failure, host, uri, args, bodyLength, expectsContinue, keepAlive } = admit(reader, names)
  if (failure !== undefined) return [refusal(failure)]
  const body = bodyLength === -1 ? ' chunked' : bodyLength > 0 ? ` body ${bodyLength}` : ''
  const fields = [...reader.headers].map(([name, value]) => `${name}: ${value}`.trimEnd())
  const query = args === '' ? '' : `?${args}`
  const version = `${reader.version / 10}`
  const path = uri.replaceAll(/\p{Cc}/gu, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`)
  return [
    `${reader.method} ${path}${query} ${version === '1' ? '1.0' : version} host "${host}"${body}${expectsContinue ? ' continue' : ''}${keepAlive ? ' keep-alive' : ''}`,
    ...fields,
  ]
}

function refusal({ status, message }: HeadError): string {
  return `${status} ${message.replace(/ while reading client request (?:line|headers)$/, '')}`
}

test('there are cases', () => expect(cases.length).toBeGreaterThan(60))

for (const item of cases) {
  test(item.title, () => {
    const names = serversFor(item)
    const { bytes } = item
    const whole = read(item, names, [bytes])
    expect(whole.lines.join('\n')).toBe(item.expected)
    expect(
      read(
        item,
        names,
        [...bytes].map((byte) => Buffer.from([byte])),
      ),
      'byte by byte',
    ).toEqual(whole)
    for (let cut = 1; cut < bytes.length; cut++)
      expect(read(item, names, [bytes.subarray(0, cut), bytes.subarray(cut)]), `cut at ${cut}`).toEqual(whole)
    if (item.expected === 'incomplete') return
    const next = Buffer.from('GET /next HTTP/1.1\r\nHost: next\r\n\r\n')
    expect(read(item, names, [Buffer.concat([bytes, next])]), 'with another request behind it').toEqual(whole)
  })
}
