/** HEAD for applications that know GET alone (RFC 9110 section 9.3.2: the same fields, without the content). */
import type { Application, Body, Middleware } from '@trivet/gateway'
import { changedEnviron } from './exchange/environ.ts'
import { hooksOf } from './exchange/watched-body.ts'
import { withHeldHead } from './exchange/held-head.ts'
import { headerValue, withHeader } from './exchange/headers.ts'
import { isEmptyStatus } from './exchange/status.ts'

/**
 * The application gets GET for HEAD. Nothing of the body is sent, an array's length is told, a stream is asked for no
 * more than its first chunk, and the body is closed.
 */
export const head: Middleware = (application) => (environ, startResponse) => {
  if (environ.REQUEST_METHOD !== 'HEAD') return application(environ, startResponse)
  const inside: Application = (_outer, start) => application(changedEnviron(environ, { REQUEST_METHOD: 'GET' }), start)
  const body = withHeldHead(inside, environ, startResponse, (status, headers, whole) => {
    if (whole === undefined) return { status, headers, transform: silence }
    const length = whole.reduce((sum, chunk) => sum + chunk.length, 0)
    const known = isEmptyStatus(status) || headerValue(headers, 'content-length') !== undefined
    return { status, headers: known ? headers : withHeader(headers, 'Content-Length', String(length)), whole: [] }
  })
  return body instanceof Promise ? body.then(cut) : cut(body)
}

const nothing = new Uint8Array()
const silence = { push: () => nothing, end: () => nothing, close: () => {} }

/** A stream that ends after the chunk with which its head became known. */
function cut(body: Body): Body {
  if (typeof body === 'function' || Array.isArray(body) || !(Symbol.asyncIterator in body)) return body
  const iterator = body[Symbol.asyncIterator]()
  let asked = false
  const next = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
    if (asked) return { done: true, value: undefined }
    asked = true
    const step = await iterator.next()
    return step.done === true ? { done: true, value: undefined } : step
  }
  const finish = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
    await iterator.return?.()
    return { done: true, value: undefined }
  }
  return Object.assign({ [Symbol.asyncIterator]: () => ({ next, return: finish }) }, hooksOf(body))
}
