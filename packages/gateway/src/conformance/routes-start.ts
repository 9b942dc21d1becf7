/** What may and may not be said to startResponse. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { HeaderList } from '../contract.ts'
import { lacking, type Route, say, text } from './route.ts'

/** Calls that a server refuses. */
const refused: readonly (readonly [string, unknown, unknown])[] = [
  ['no reason', '200', []],
  ['a number', 200, []],
  ['CR LF in the status', '200 OK\r\nX: y', []],
  ['an object of headers', '200 OK', { A: 'b' }],
  ['a header without value', '200 OK', [['A']]],
  ['a number as value', '200 OK', [['A', 1]]],
  ['a name with a space', '200 OK', [['A b', 'c']]],
  ['an empty name', '200 OK', [['', 'c']]],
  ['CR LF in a value', '200 OK', [['A', 'b\r\nC: d']]],
  ['NUL in a value', '200 OK', [['A', 'b\0']]],
  ['a value beyond latin-1', '200 OK', [['A', '\u20ac']]],
  ['Connection', '200 OK', [['Connection', 'close']]],
  ['Keep-Alive', '200 OK', [['keep-alive', 'timeout=5']]],
  ['Transfer-Encoding', '200 OK', [['Transfer-Encoding', 'chunked']]],
  ['Upgrade', '200 OK', [['UPGRADE', 'h2c']]],
  [
    'two lengths',
    '200 OK',
    [
      ['Content-Length', '1'],
      ['content-length', '1'],
    ],
  ],
  ['a length that is no number', '200 OK', [['Content-Length', 'x']]],
]

export const startRoutes: Readonly<Record<string, Route>> = {
  '/reason': ({ start }) => {
    start('299 Fine By Me', [])
    return [text('ok')]
  },
  '/fields': ({ start }) => {
    start('200 OK', [
      ['Set-Cookie', 'a=1'],
      ['X-First', '1'],
      ['Set-Cookie', 'b=2; Path=/'],
      ['x-LAST', 'caf\u00e9'],
    ])
    return [text('ok')]
  },
  '/length-in-any-case': ({ start }) => {
    start('200 OK', [['cOnTeNt-LeNgTh', '2']])
    return [text('ok')]
  },
  '/kept-list': ({ start, memory }) => {
    const list = (memory.get('list') ?? [['X-Once', '1']]) as HeaderList
    memory.set('list', [...list])
    start('200 OK', list)
    return [text('ok')]
  },
  '/refused': ({ start }) => {
    const accepted = refused.filter(([, status, headers]) => {
      try {
        start(status as string, headers as HeaderList)
        return true
      } catch {
        return false
      }
    })
    return say(start, accepted.length === 0 ? 'all refused' : `accepted: ${accepted.map(([name]) => name).join(', ')}`)
  },
  '/start-in-iteration': async function* ({ start }) {
    start('200 OK', [])
    yield text('late ')
    yield text('start')
  },
  '/start-after-empty': async function* ({ start }) {
    yield text('')
    start('200 OK', [])
    yield text('later ')
    yield text('start')
  },
  '/returns-write': ({ start }) => {
    const write = start('200 OK', [])
    return [text(typeof write)]
  },
  '/start-twice': ({ start }) => {
    start('200 OK', [])
    start('200 OK', [])
    return [text('unreachable')]
  },
  '/replaced': ({ start }) => {
    start('200 OK', [
      ['X-Old', '1'],
      ['Content-Length', '99'],
    ])
    start('503 Replaced', [['X-New', '1']], new Error('before the headers'))
    return [text('replaced')]
  },
  '/too-late': async function* ({ start, note }) {
    start('200 OK', [])
    yield text('sent')
    const late = new Error('conformance: too late')
    try {
      start('500 Late', [], late)
      note('accepted')
    } catch (error) {
      note(error === late ? 'thrown again' : `threw ${String(error)}`)
      throw error
    }
  },
  '/forgets': async ({ start, memory }) => {
    const before = memory.get('error') as WeakRef<Error> | undefined
    if (before === undefined) {
      const error = new Error('to be forgotten')
      start('200 OK', [])
      start('200 OK', [], error)
      memory.set('error', new WeakRef(error))
      return [text('once more')]
    }
    // A WeakRef holds on until the turn of the event loop is over.
    await nextTurn()
    setFlagsFromString('--expose-gc')
    ;(runInNewContext('gc') as () => void)()
    return say(start, before.deref() === undefined ? 'forgotten' : 'kept')
  },
  '/early-hints': ({ environ, start }) => {
    const hints = environ['tsgi.early_hints']
    if (hints === undefined) return lacking(start, 'tsgi.early_hints')
    hints([['Link', '</style.css>; rel=preload']])
    return say(start, 'hinted')
  },
}
