/** One linted call: what the application said so far, and what the server may do next. */
import { types } from 'node:util'
import type { Body, Bytes, Environ, HeaderList, StartResponse, Write } from '../contract.ts'
import { isHopByHop } from '../server/head.ts'
import { expectRule, LintError, show } from './lint-error.ts'

const statusLine = /^[1-9]\d\d [\t\x20-\x7e\x80-\xff]*$/
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const badValue = /[^\t\x20-\x7e\x80-\xff]/

export class Exchange {
  private readonly environ: Environ
  private readonly inner: StartResponse
  private status: string | undefined = undefined
  private length: number | undefined = undefined
  private count = 0
  private rethrown: Error | undefined = undefined

  constructor(environ: Environ, inner: StartResponse) {
    this.environ = environ
    this.inner = inner
  }

  /** What the application gets as startResponse. */
  readonly startResponse: StartResponse = (...args: Parameters<StartResponse>): Write => {
    const [status, headers, excInfo] = args
    expectRule(args.length === 2 || args.length === 3, 'start-arguments', () => `${args.length} arguments`)
    const isError = excInfo === undefined || excInfo === null || types.isNativeError(excInfo)
    expectRule(isError, 'start-arguments', () => `excInfo = ${show(excInfo)}`)
    expectRule(this.status === undefined || Boolean(excInfo), 'start-twice', () => show(status))
    expectRule(typeof status === 'string' && statusLine.test(status), 'start-status', () => show(status))
    this.checkHeaders(headers, status)
    const write = this.call(status, headers, excInfo)
    expectRule(typeof write === 'function', 'start-write', () => show(write))
    this.status = status
    return (chunk) => {
      this.checkChunk(chunk)
      return write(chunk)
    }
  }

  private call(status: string, headers: HeaderList, excInfo: Error | null | undefined): Write {
    try {
      return this.inner(status, headers, excInfo)
    } catch (error) {
      if (error === excInfo && excInfo) this.rethrown = excInfo
      throw error
    }
  }

  private checkHeaders(headers: unknown, status: string): void {
    expectRule(Array.isArray(headers), 'start-headers', () => show(headers))
    const bare = status.startsWith('204') || status.startsWith('304')
    this.length = undefined
    for (const field of headers) {
      const isPair = Array.isArray(field) && field.length === 2 && field.every((part) => typeof part === 'string')
      expectRule(isPair, 'start-headers', () => show(field))
      const [name, value] = field as [string, string]
      expectRule(token.test(name), 'start-header-name', () => show(name))
      expectRule(!badValue.test(value), 'start-header-value', () => `${name}: ${show(value)}`)
      expectRule(!isHopByHop(name), 'start-hop-by-hop', () => `${name}: ${show(value)}`)
      expectRule(
        !bare || name.toLowerCase() !== 'content-type',
        'start-content-type',
        () => `${status}, ${show(value)}`,
      )
      if (name.toLowerCase() === 'content-length') this.takeLength(value, status)
    }
  }

  private takeLength(value: string, status: string): void {
    const fits = /^\d{1,15}$/.test(value) && this.length === undefined && !status.startsWith('204')
    expectRule(fits, 'start-length', () => `${show(value)} with ${status}`)
    this.length = Number(value)
  }

  /** Each chunk on its way to the server. */
  checkChunk(chunk: Bytes): void {
    expectRule(types.isUint8Array(chunk), 'body-chunk', () => show(chunk))
    // Middleware that waits for bytes with its head has only empty chunks to give until they come.
    expectRule(this.status !== undefined || chunk.length === 0, 'start-missing', () => 'a chunk')
    this.count += chunk.length
    const { length, count } = this
    expectRule(
      length === undefined || this.bodyless || count <= length,
      'body-length',
      () => `${count} of ${length} bytes`,
    )
    this.checkNotSwallowed()
  }

  /** The body came to its end. */
  checkEnd(): void {
    expectRule(this.status !== undefined, 'start-missing', () => 'the end of the body')
    const { length, count } = this
    const exact = length === undefined || length === count || this.bodyless
    expectRule(exact, 'body-length', () => `${count} of ${length} bytes`)
    this.checkNotSwallowed()
  }

  /** Checks a whole body at once and keeps it an array, which servers send at once. */
  checkArray(body: readonly Bytes[]): void {
    for (const chunk of body) this.checkChunk(chunk)
    this.checkEnd()
  }

  private get bodyless(): boolean {
    return this.environ.REQUEST_METHOD === 'HEAD' || /^(?:204|304)/.test(this.status ?? '')
  }

  private checkNotSwallowed(): void {
    const { rethrown } = this
    if (rethrown !== undefined) throw new LintError('start-swallowed', show(rethrown.message))
  }

  /** Whether what the application returned can be a body at all. */
  checkKind(body: unknown): asserts body is Body {
    const isObject = typeof body === 'object' && body !== null && !types.isUint8Array(body)
    const iterable = isObject && (Symbol.iterator in body || Symbol.asyncIterator in body)
    expectRule(iterable || typeof body === 'function', 'body-kind', () => show(body))
    if (typeof body !== 'function') return
    expectRule(this.status?.startsWith('101') === true, 'body-kind', () => `a function after ${show(this.status)}`)
  }
}
