import type { Body, Bytes, Middleware } from '@trivet/gateway'
import { answerPlain } from '../exchange/plain-answer.ts'
import { changedEnviron } from '../exchange/environ.ts'
import { watchBody } from '../exchange/watched-body.ts'
import { MiddlewareError } from '../middleware-error.ts'
import { LimitedInput } from './limited-input.ts'

/**
 * Answers 413 to request bodies above `limit` bytes: by Content-Length before the application is called, otherwise when
 * its reading comes to the limit. Then `tsgi.input` throws `body-too-large`; an application that lets it pass gets the
 * 413 while nothing is sent, and a broken connection after.
 */
export function bodyLimit(limit: number): Middleware {
  if (!Number.isSafeInteger(limit) || limit < 0) {
    throw new MiddlewareError('option-invalid', `\`limit\` is a number of bytes, got ${limit}`)
  }
  return (application) => (environ, startResponse) => {
    const declared = environ.CONTENT_LENGTH
    const answer = (error: Error | null): Body => answerPlain(startResponse, '413 Content Too Large', [], error)
    if (declared !== undefined && declared !== '' && !(Number(declared) <= limit)) return answer(null)
    const inside = changedEnviron(environ, { 'tsgi.input': new LimitedInput(environ['tsgi.input'], limit) })
    const recover = (error: unknown): Bytes => {
      if (!(error instanceof MiddlewareError) || error.code !== 'body-too-large') throw error
      const [page = new Uint8Array()] = answer(error) as readonly Bytes[]
      return page
    }
    const guard = (body: Body): Body => watchBody(body, { failed: recover })
    try {
      const body = application(inside, startResponse)
      return body instanceof Promise ? body.then(guard, (error: unknown) => [recover(error)]) : guard(body)
    } catch (error) {
      return [recover(error)]
    }
  }
}
