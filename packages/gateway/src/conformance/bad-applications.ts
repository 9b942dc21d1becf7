/** Applications that break the contract, what their clients get, and what is logged: a server must live through all. */
import type { Application, Body, Bytes, HeaderList, StartResponse } from '../contract.ts'
import type { CaseResponse, ConformanceCase } from './case.ts'
import { text } from './route.ts'

type Bad = (start: StartResponse) => unknown

interface Row {
  readonly items: readonly number[]
  readonly act: Bad
  readonly response: CaseResponse
  /** What the log holds; none where the application has done nothing wrong but live too long. */
  readonly logged?: string
  readonly leavesAfter?: string
}

const error500: CaseResponse = { status: 500 }
const headers = (...list: unknown[]): HeaderList => list as HeaderList
const withHeaders =
  (...list: unknown[]): Bad =>
  (start) => {
    start('200 OK', headers(...list))
    return [text('unreachable')]
  }
const writesTooMuch: Bad = (start) => {
  const write = start('200 OK', [['Content-Length', '10']])
  void write(text('12345678'))
  try {
    void write(text('abc'))
  } catch {
    // The server has said that it is too much; to go on as if nothing had been is what this one does wrong.
  }
  return new Set()
}
const withBody =
  (body: () => unknown, fields: HeaderList = []): Bad =>
  (start) => {
    start('200 OK', fields)
    return body()
  }

async function* never(): AsyncGenerator<Bytes> {
  yield text('begun')
  await new Promise(() => {})
}

function* endless(): Generator<Bytes> {
  for (;;) yield Buffer.alloc(64 * 1024, 'x')
}

function* thenThrow(...chunks: string[]): Generator<Bytes> {
  for (const chunk of chunks) yield text(chunk)
  throw new Error('thrown in the body')
}

const rows: Readonly<Record<string, Row>> = {
  'no startResponse': {
    items: [16],
    act: () => [text('a')],
    response: error500,
    logged: 'start-response-missing',
  },
  'startResponse twice': {
    items: [23],
    act: (start) => [start('200 OK', []), start('200 OK', [])],
    response: error500,
    logged: 'start-response-twice',
  },
  'startResponse after the first chunk': {
    items: [16],
    act: (start) =>
      (function* () {
        yield text('too early')
        start('200 OK', [])
      })(),
    response: error500,
    logged: 'start-response-missing',
  },
  'a string for a body': { items: [28], act: withBody(() => 'text'), response: error500, logged: 'body-kind' },
  'strings in the body': { items: [28], act: withBody(() => ['text']), response: error500, logged: 'body-chunk' },
  'a bare buffer for a body': {
    items: [28],
    act: withBody(() => Buffer.from('text')),
    response: error500,
    logged: 'body-chunk',
  },
  'nothing for a body': { items: [28], act: withBody(() => undefined), response: error500, logged: 'body-kind' },
  'a status without reason': {
    items: [17],
    act: (start) => start('200', []),
    response: error500,
    logged: 'status-invalid',
  },
  'a number for a status': {
    items: [17],
    act: (start) => start(200 as unknown as string, []),
    response: error500,
    logged: 'status-invalid',
  },
  'CR LF in a header name': {
    items: [18],
    act: withHeaders(['A\r\nB', 'c']),
    response: error500,
    logged: 'header-name-invalid',
  },
  'CR LF in a header value': {
    items: [18],
    act: withHeaders(['A', 'b\r\nSet-Cookie: c=d']),
    response: { status: 500, headers: { 'set-cookie': null } },
    logged: 'header-value-invalid',
  },
  'Transfer-Encoding': {
    items: [19, 40],
    act: withHeaders(['Transfer-Encoding', 'chunked']),
    response: error500,
    logged: 'header-refused',
  },
  Connection: {
    items: [19],
    act: withHeaders(['Connection', 'close']),
    response: error500,
    logged: 'header-refused',
  },
  'a Content-Length too small for an array': {
    items: [31, 36],
    act: withBody(() => [text('abc')], [['Content-Length', '2']]),
    response: error500,
    logged: 'body-too-long',
  },
  'a Content-Length too small for an iterable': {
    items: [31, 36],
    act: withBody(() => new Set([text('ab'), text('c')]), [['Content-Length', '2']]),
    response: { status: 200, body: 'ab', broken: 'either' },
    logged: 'body-too-long',
  },
  'a Content-Length too large': {
    items: [31, 37],
    act: withBody(() => new Set([text('ab')]), [['Content-Length', '5']]),
    response: { status: 200, body: 'ab', broken: true },
    logged: 'body-too-short',
  },
  'an excess that the application hushes up': {
    items: [36, 37],
    act: writesTooMuch,
    response: { status: 200, body: '12345678', broken: true },
    logged: 'body-too-long',
  },
  'a throw before the first chunk': {
    items: [43],
    act: withBody(() => thenThrow()),
    response: error500,
    logged: 'thrown in the body',
  },
  'a throw in the body': {
    items: [43],
    act: withBody(() => thenThrow('sent')),
    response: { status: 200, body: 'sent', broken: true },
    logged: 'thrown in the body',
  },
  'a throw of something that is no error': {
    items: [43],
    act: () => {
      // oxlint-disable-next-line typescript/only-throw-error
      throw 'a string'
    },
    response: error500,
    logged: 'a string',
  },
  'a rejection': {
    items: [43],
    act: () => Promise.reject(new Error('rejected')),
    response: error500,
    logged: 'rejected',
  },
  'a close that throws': {
    items: [32, 43],
    act: withBody(() =>
      Object.assign([text('whole')], {
        close: () => {
          throw new Error('thrown in close')
        },
      }),
    ),
    response: { status: 200, body: 'whole' },
    logged: 'thrown in close',
  },
  'a body that never ends, and a client that leaves': {
    items: [32],
    act: withBody(never),
    response: { status: 200, broken: true },
    leavesAfter: 'begun',
  },
  'an endless body to a dead client': {
    items: [29, 32],
    act: withBody(endless),
    response: { status: 200, broken: true },
    leavesAfter: 'xxxx',
  },
  'a function for a body, without an upgrade': {
    items: [53],
    act: withBody(() => () => {}),
    response: error500,
    logged: 'body-kind',
  },
}

const target = (name: string): string => `/${name.replaceAll(/\W+/g, '-')}`

/** The badly behaved application; `/fine` is what shows that the server lives on. */
export const badApplication: Application = (environ, startResponse) => {
  const row = Object.entries(rows).find(([name]) => target(name) === environ.PATH_INFO)?.[1]
  if (row !== undefined) return row.act(startResponse) as Body
  startResponse('200 OK', [])
  return [text('fine')]
}

/** Its cases; each `logged` is the code of a GatewayError or the message of the application's own error. */
export const badApplicationCases: readonly ConformanceCase[] = Object.entries(rows).map(([name, row]) => ({
  name: `bad: ${name}`,
  items: row.items,
  request:
    row.leavesAfter === undefined ? { target: target(name) } : { target: target(name), leavesAfter: row.leavesAfter },
  response: row.response,
  needs: row.leavesAfter === undefined ? ['log'] : ['log', 'leave'],
  ...(row.logged === undefined ? {} : { logged: row.logged }),
}))

/** Asked for after each of them. */
export const stillAlive: ConformanceCase = {
  name: 'the server lives on',
  items: [1, 43],
  request: { target: '/fine' },
  response: { status: 200, body: 'fine' },
}
