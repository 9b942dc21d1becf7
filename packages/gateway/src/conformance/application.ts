/**
 * The application that the cases talk to. A route does one thing an application may do, or may try to do, and notes what
 * it saw of the server; `/notes?ROUTE` tells the notes. They live in memory: run it in one process.
 */
import type { Application, Awaitable, Body, Environ, StartResponse } from '../contract.ts'
import { describeEnviron } from './environ-text.ts'
import { type Route, say, text } from './route.ts'
import { bodyRoutes } from './routes-body.ts'
import { inputRoutes } from './routes-input.ts'
import { startRoutes } from './routes-start.ts'

const routes: Readonly<Record<string, Route>> = {
  ...inputRoutes,
  ...startRoutes,
  ...bodyRoutes,
  '/environ': ({ environ, start }) => say(start, describeEnviron(environ)),
  '/arguments': (visit) => say(visit.start, String(visit.arguments)),
  '/fresh': ({ environ, start }) => {
    const marked = environ as unknown as Record<string, unknown>
    const before = marked['conformance.mark']
    marked['conformance.mark'] = true
    delete marked['SERVER_NAME']
    const plain = Object.getPrototypeOf(environ)
    return say(start, `${before === undefined ? 'fresh' : 'used'} ${plain === Object.prototype || plain === null}`)
  },
}

/** A fresh application for the cases. */
export function conformanceApplication(): Application {
  const notes = new Map<string, string[]>()
  const gates = new Map<string, PromiseWithResolvers<void>>()
  const memories = new Map<string, Map<string, unknown>>()
  const own = <Value>(map: Map<string, Value>, key: string, make: () => Value): Value => {
    const found = map.get(key) ?? make()
    map.set(key, found)
    return found
  }
  let started = false
  // Two parameters by its `length`, as loaders expect of an application.
  const application = (environ: Environ, start: StartResponse, ...more: unknown[]): Awaitable<Body> => {
    const { PATH_INFO: path, QUERY_STRING: query } = environ
    if (path === '/notes') return say(start, (notes.get(query) ?? []).join('\n'))
    if (path === '/release') {
      gates.get(query)?.resolve()
      return say(start, 'released')
    }
    const route = routes[path] ?? (path.startsWith('/environ/') ? routes['/environ'] : undefined)
    if (route === undefined) {
      start('404 Not Found', [['Content-Type', 'text/plain']])
      return [text('there is no such route\n')]
    }
    const key = environ.REQUEST_METHOD === 'HEAD' ? `HEAD${path}` : path
    const list: string[] = []
    notes.set(key, list)
    return route({
      environ,
      start,
      path,
      arguments: 2 + more.length,
      started: () => started,
      note: (line) => void list.push(line),
      memory: own(memories, path, () => new Map<string, unknown>()),
      released: () => {
        const gate = Promise.withResolvers<void>()
        gates.set(path, gate)
        return gate.promise
      },
    })
  }
  const start = (): void => {
    started = true
  }
  return Object.assign(application, { start })
}
