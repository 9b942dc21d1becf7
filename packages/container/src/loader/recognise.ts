/**
 * Which interface an export has, by its shape; `interface` overrules it. The rule, in this order:
 *
 *   has `fetch()`                                        -> fetch  (Hono, h3, a worker's `export default { fetch }`)
 *   http.Server; has `handle()` and `listen()` (Express);
 *   has `callback()` and `listen()` (Koa);
 *   has `routing()` and `ready()` (Fastify)              -> node
 *   a function of one parameter                          -> fetch  (request) => Response
 *   a function whose second parameter is called `res`,
 *   `response` or `reply`                                -> node   (req, res) => void
 *   any other function of two or more                    -> tsgi   (environ, startResponse) => body
 *
 * A bare Node listener has nothing but that name to tell it by; where a minifier took it away, say `interface = node`.
 */
import type { RequestListener, Server as HttpServer } from 'node:http'
import { Server } from 'node:net'
import type { Application } from '@trivet/gateway'
import { ContainerError } from '../config/diagnostic.ts'
import type { JavaScriptInterface } from '../config/model/application.ts'

/** An application, and what it was recognised as. */
export interface Recognised {
  readonly application: Application
  readonly interface: JavaScriptInterface
  /** What a framework has to be told after the last request: Fastify's `close()`, for its onClose hooks. */
  readonly close?: () => Promise<unknown>
}

type Callable = (...args: never[]) => unknown
type FetchHandler = (request: Request) => Response | Promise<Response>

/** Makes an application of an export; throws ContainerError `LOAD` that says what it got. `label` names the export. */
export async function recognise(
  value: unknown,
  wanted: JavaScriptInterface | 'auto',
  label: string,
): Promise<Recognised> {
  const found = wanted === 'auto' ? detect(value) : wanted
  if (found === undefined)
    throw wrongKind(value, label, 'a gateway application, a fetch handler, or the application of a framework')
  if (found === 'tsgi') {
    if (typeof value !== 'function' || isClass(value))
      throw wrongKind(value, label, 'a gateway application, (environ, startResponse) => body')
    return { application: value as Application, interface: 'tsgi' }
  }
  if (found === 'fetch') {
    if (!isFetchable(value))
      throw wrongKind(
        value,
        label,
        'a fetch handler, (request) => Response, or an object with a method of that kind called `fetch`',
      )
    const { fromFetch } = await import('@trivet/gateway/fetch')
    return { application: fromFetch(value), interface: 'fetch' }
  }
  const listener = await nodeListener(value)
  if (listener === undefined)
    throw wrongKind(value, label, 'a Node listener, (req, res) => void, or the application of a Node framework')
  const { fromNode } = await import('@trivet/gateway/node')
  const application = fromNode(listener)
  return isFastify(value)
    ? { application, interface: 'node', close: async () => await value.close() }
    : { application, interface: 'node' }
}

/** Whether an export shows by its shape that it is an application. */
export function isApplication(value: unknown): boolean {
  return detect(value) !== undefined
}

function detect(value: unknown): JavaScriptInterface | undefined {
  if (has(value, 'fetch')) return 'fetch'
  if (isNodeFramework(value)) return 'node'
  if (typeof value !== 'function' || isClass(value)) return undefined
  if (value.length === 1) return 'fetch'
  if (value.length === 0) return undefined
  return looksLikeListener(value) ? 'node' : 'tsgi'
}

function isNodeFramework(value: unknown): boolean {
  return (
    value instanceof Server ||
    (has(value, 'listen') && (has(value, 'handle') || has(value, 'callback') || has(value, 'routing')))
  )
}

async function nodeListener(value: unknown): Promise<RequestListener | HttpServer | undefined> {
  if (value instanceof Server) return value as HttpServer
  if (isFastify(value)) {
    await value.ready()
    const { server } = value as { readonly server?: unknown }
    if (server instanceof Server && server.listenerCount('upgrade') > 0) return server as HttpServer
    return (request, response) => void value.routing(request, response)
  }
  if (has(value, 'callback')) return value.callback() as RequestListener
  if (typeof value === 'function' && !isClass(value)) return value as RequestListener
  if (has(value, 'handle')) return (request, response) => void value.handle(request, response)
  return undefined
}

type Fastify = Record<'routing' | 'ready' | 'close', (...args: unknown[]) => unknown>

function isFastify(value: unknown): value is Fastify {
  return has(value, 'routing') && has(value, 'ready') && has(value, 'close')
}

function isFetchable(value: unknown): value is FetchHandler | { fetch: FetchHandler } {
  return has(value, 'fetch') || (typeof value === 'function' && !isClass(value))
}

function has<Name extends string>(value: unknown, name: Name): value is Record<Name, (...args: unknown[]) => unknown> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  return typeof (value as Record<string, unknown>)[name] === 'function'
}

function isClass(value: unknown): boolean {
  return typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value))
}

/** By the name of its second parameter, as written in the source. */
function looksLikeListener(value: Callable | object): boolean {
  const source = Function.prototype.toString.call(value)
  return /^(?:async\b\s*)?(?:function\b\s*)?[\w$]*\s*\(\s*[\w$]+\s*,\s*_?(?:res|response|reply)\s*[,)]/.test(source)
}

function wrongKind(value: unknown, label: string, expected: string): ContainerError {
  return new ContainerError('LOAD', `${label} is ${describe(value)}, expected ${expected}`)
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (isClass(value)) return `the class ${(value as { name: string }).name}, not an instance of it`
  if (typeof value === 'function')
    return `a function of ${value.length} parameters (set \`interface\` to tsgi, fetch or node if it is an application)`
  if (Array.isArray(value)) return 'an array'
  if (typeof value !== 'object') return `a ${typeof value}`
  const keys = Object.keys(value)
  return `an object with ${keys.length === 0 ? 'no properties' : `\`${keys.slice(0, 6).join('`, `')}\``}`
}
