/** HEAD for applications that know GET alone (RFC 9110 section 9.3.2: the same fields, without the content). */
import type { Application, Body, Middleware } from '@trivet/gateway'
import { changedEnviron } from './exchange/environ.ts'
import { hooksOf } from './exchange/watched-body.ts'
import { withHeldHead } from './exchange/held-head.ts'
import { headerValue, withHeader } from './exchange/headers.ts'
import { isEmptyStatus } from './exchange/status.ts'

/**
 * The application gets GET for HEAD. Nothing of the body is sent, an array's length is told, a stream is asked for no
 * more than its first bytes, and the body is closed.
 */
export const head: Middleware = (application) => (environ, startResponse) => {
  if (environ.REQUEST_METHOD !== 'HEAD') return application(environ, startResponse)
  const inside: Application = (_outer, start) => application(changedEnviron(environ, { REQUEST_METHOD: 'GET' }), start)
  let decided = false
  const body = withHeldHead(inside, environ, startResponse, (status, headers, whole) => {
    decided = true
    if (whole === undefined) return { status, headers, transform: silence }
    const length = whole.reduce((sum, chunk) => sum + chunk.length, 0)
    const known = isEmptyStatus(status) || headerValue(headers, 'content-length') !== undefined
    return { status, headers: known ? headers : withHeader(headers, 'Content-Length', String(length)), whole: [] }
  })
  const isDecided = (): boolean => decided
  return body instanceof Promise ? body.then((value) => cut(value, isDecided)) : cut(body, isDecided)
}

const nothing = new Uint8Array()
const silence = { push: () => nothing, end: () => nothing, close: () => {} }

/** A stream that ends once its head is decided: by its first bytes, since empty chunks decide nothing, or a write(). */
function cut(body: Body, isDecided: () => boolean): Body {
  if (typeof body === 'function' || Array.isArray(body) || !(Symbol.asyncIterator in body)) return body
  const iterator = body[Symbol.asyncIterator]()
  const next = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
    if (isDecided()) return { done: true, value: undefined }
    const step = await iterator.next()
    return step.done === true ? { done: true, value: undefined } : step
  }
  const finish = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
    await iterator.return?.()
    return { done: true, value: undefined }
  }
  return Object.assign({ [Symbol.asyncIterator]: () => ({ next, return: finish }) }, hooksOf(body))
}
