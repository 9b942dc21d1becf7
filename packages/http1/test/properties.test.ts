import {
  chunkPrefix,
  HeaderFields,
  lastChunkWithTrailers,
  requestHead,
  RequestParser,
  responseHead,
  ResponseParser,
} from '@trivet/http1'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EventLog } from './event-log.ts'
import { cuts, cutUp, request, response } from './messages.ts'

function logRequests(pieces: readonly Uint8Array[]): string[] {
  const log = new EventLog(new RequestParser({ fields: 5, head: 300, requestLine: 60 }))
  for (const piece of pieces) log.push(piece)
  log.finish()
  return log.lines
}

function logResponses(pieces: readonly Uint8Array[], cgi: boolean): string[] {
  const log = new EventLog(new ResponseParser({ fields: 5 }, { cgi }), ['GET', 'GET'])
  for (const piece of pieces) log.push(piece)
  log.finish()
  return log.lines
}

test('arbitrary bytes raise nothing but Http1Error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      logRequests([Uint8Array.from(bytes)])
      logResponses([Uint8Array.from(bytes)], false)
      logResponses([Uint8Array.from(bytes)], true)
    }),
    { numRuns: 500 },
  )
})

test('cutting requests anywhere changes nothing', () => {
  fc.assert(
    fc.property(fc.array(request, { maxLength: 3 }), cuts, (messages, places) => {
      const bytes = Buffer.from(messages.join(''), 'latin1')
      expect(logRequests(cutUp(bytes, places))).toEqual(logRequests([bytes]))
    }),
    { numRuns: 1500 },
  )
})

test('cutting responses anywhere changes nothing', () => {
  fc.assert(
    fc.property(fc.array(response, { maxLength: 3 }), cuts, fc.boolean(), (messages, places, cgi) => {
      const bytes = Buffer.from(messages.join(''), 'latin1')
      expect(logResponses(cutUp(bytes, places), cgi)).toEqual(logResponses([bytes], cgi))
    }),
    { numRuns: 1500 },
  )
})

const name = fc
  .stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,20}$/)
  .filter((text) => !/^(?:host|content-length|transfer-encoding|connection|upgrade|expect)$/i.test(text))
const value = fc.stringMatching(/^[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]{0,30}[\x21-\x7e\x80-\xff])?$|^$/)
const pairs = fc.array(fc.tuple(name, value), { maxLength: 20 })

test('what the writer writes, the parser reads back', () => {
  fc.assert(
    fc.property(name, fc.stringMatching(/^\/[\x21-\x7e\x80-\xff]{0,50}$/), pairs, (method, target, fields) => {
      fc.pre(method !== 'CONNECT')
      const parser = new RequestParser()
      const text = requestHead(method, target, [['Host', 'a'], ...fields])
      parser.push(Buffer.from(text, 'latin1'))
      expect(parser.next()).toBe('head')
      expect(parser.head).toMatchObject({ method, target, minorVersion: 1, byteLength: text.length })
      expect([...parser.head.headers]).toEqual([['Host', 'a'], ...fields])
      expect([...HeaderFields.from(fields)]).toEqual(fields)
      expect(parser.next()).toBe('end')
    }),
  )
})

test('a chunked response with trailers comes back whole', () => {
  const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 5 })
  fc.assert(
    fc.property(chunks, pairs, cuts, (parts, trailers, places) => {
      const wire = [Buffer.from(responseHead('200 OK', [['Transfer-Encoding', 'chunked']]), 'latin1')]
      for (const part of parts) wire.push(Buffer.from(chunkPrefix(part.length)), Buffer.from(part), Buffer.from('\r\n'))
      wire.push(Buffer.from(lastChunkWithTrailers(trailers), 'latin1'))
      const parser = new ResponseParser()
      const got: Uint8Array[] = []
      let ended = false
      for (const piece of cutUp(Buffer.concat(wire), places)) {
        parser.push(piece)
        for (let step = parser.next(); step !== 'need-data' && step !== 'paused'; step = parser.next()) {
          if (step === 'data') got.push(parser.data)
          if (step === 'end') ended = true
        }
      }
      expect(ended).toBe(true)
      expect(Buffer.concat(got)).toEqual(Buffer.concat(parts))
      expect([...(parser.trailers ?? [])]).toEqual(trailers)
    }),
  )
})
