import type { Application, Awaitable, Body, BodyHooks, Bytes, Environ, StartResponse } from '../contract.ts'
import { withLifespan } from '../compose.ts'
import { checkedErrors, checkedInput, checkEnviron } from './environ.ts'
import { Exchange } from './exchange.ts'
import { expectRule, show } from './lint-error.ts'

/**
 * The same application with both sides of the contract checked at run time; a breach throws a `LintError` where it
 * happens, so that it reaches the server's error log as any error of the application does.
 */
export function lint(application: Application): Application {
  const seen = new WeakSet<Environ>()
  // Two parameters by its `length`, as loaders expect of an application.
  const linted = (environ: Environ, startResponse: StartResponse, ...more: unknown[]): Body | Promise<Body> => {
    const rightCall = more.length === 0 && typeof startResponse === 'function'
    expectRule(rightCall, 'call-arguments', () => `startResponse ${show(startResponse)}, ${more.length} more`)
    const isObject = typeof environ === 'object' && environ !== null && !seen.has(environ)
    expectRule(isObject, 'environ-object', () => (isObject ? '' : `${show(environ)}, shared or none`))
    seen.add(environ)
    checkEnviron(environ)
    environ['tsgi.input'] = checkedInput(environ['tsgi.input'])
    environ['tsgi.errors'] = checkedErrors(environ['tsgi.errors'])
    const exchange = new Exchange(environ, startResponse)
    const body = application(environ, exchange.startResponse)
    return body instanceof Promise ? body.then((value) => watch(exchange, value)) : watch(exchange, body)
  }
  return withLifespan(linted, application)
}

function watch(exchange: Exchange, body: Body): Body {
  exchange.checkKind(body)
  if (typeof body === 'function') return body
  const life = new Life(body)
  const hooks: BodyHooks = { close: () => life.close() }
  if (body.trailers !== undefined) hooks.trailers = () => body.trailers?.() ?? []
  if (Array.isArray(body)) {
    exchange.checkArray(body)
    return Object.assign([...body], hooks)
  }
  if (Symbol.iterator in body) return Object.assign(watchSync(exchange, life, body), hooks)
  return Object.assign(watchAsync(exchange, life, body), hooks)
}

/** What a server does with a body, in order. */
class Life {
  private readonly body: BodyHooks
  private iterated = false
  private closed = false
  private busy = false

  constructor(body: BodyHooks) {
    this.body = body
  }

  iterate(): void {
    expectRule(!this.iterated, 'body-iterated-twice', () => 'a second iteration')
    this.iterated = true
  }

  step(): void {
    expectRule(!this.closed, 'body-closed', () => 'next() after close()')
    expectRule(!this.busy, 'body-concurrent', () => 'next() during next()')
    this.busy = true
  }

  stepped(): void {
    this.busy = false
  }

  close(): Awaitable<void> {
    expectRule(!this.closed, 'body-close-once', () => 'a second close()')
    this.closed = true
    return this.body.close?.()
  }
}

function watchSync(exchange: Exchange, life: Life, body: Iterable<Bytes>): Iterable<Bytes> {
  const iterator = (): Iterator<Bytes> => {
    life.iterate()
    const inner = body[Symbol.iterator]()
    const next = (): IteratorResult<Bytes> => {
      life.step()
      const step = inner.next()
      life.stepped()
      if (step.done === true) exchange.checkEnd()
      else exchange.checkChunk(step.value)
      return step
    }
    return { next, return: (value) => inner.return?.(value) ?? { done: true, value } }
  }
  return { [Symbol.iterator]: iterator }
}

function watchAsync(exchange: Exchange, life: Life, body: AsyncIterable<Bytes>): AsyncIterable<Bytes> {
  const iterator = (): AsyncIterator<Bytes> => {
    life.iterate()
    const inner = body[Symbol.asyncIterator]()
    const next = async (): Promise<IteratorResult<Bytes>> => {
      life.step()
      const step = await inner.next()
      life.stepped()
      if (step.done === true) exchange.checkEnd()
      else exchange.checkChunk(step.value)
      return step
    }
    return { next, return: async (value) => inner.return?.(value) ?? { done: true, value } }
  }
  return { [Symbol.asyncIterator]: iterator }
}
