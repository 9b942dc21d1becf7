/**
 * The phases of a request, as nginx orders them:
 *
 *     server rewrite -> find location -> rewrite -> (uri changed: find location again) -> pre-access -> access ->
 *     try_files -> content -> log
 *
 * What a location does in the phases after rewrite is a flat list made when the configuration was frozen. Each handler
 * declines, takes the request, or names the status it shall end with.
 */
import type { Location } from '../model/location.ts'
import { allowed, declined, taken } from '../model/module.ts'
import { next, runSteps, stop } from '../model/rewrite.ts'
import { debugLocation } from './debug.ts'
import { sendErrorPage } from './error-page.ts'
import type { Request } from './request.ts'
import { escapeUri } from './uri.ts'

/** Runs a request from the beginning, or again after an inner redirect. */
export function run(request: Request): void {
  request.location = request.server.root
  request.uriChanged = false
  request.locationIsValid = true
  request.appendsUriToAlias = false
  if (request.server.rewrite.length > 0) {
    const result = runSteps(request.server.rewrite, request)
    if (result !== next && result !== stop) {
      finalize(request, result)
      return
    }
    request.uriChanged = false
  }
  findLocation(request)
}

function findLocation(request: Request): void {
  for (;;) {
    request.location = request.server.root
    const found = request.server.tree.find(request)
    applyLimitExcept(request)
    limitKeepAlive(request)
    if (request.location.core.internal && !request.internal) return finalize(request, 404)
    if (bodyIsTooLarge(request)) return finalize(request, 413)
    if (found === 'redirect') return redirectToSlash(request)
    if (request.location.rewrite.length === 0) break
    const result = runLocationRewrite(request, request.location)
    if (result !== next) return finalize(request, result)
    if (!request.uriChanged) break
    request.uriChanged = false
    if (--request.redirectsLeft < 0) {
      request.log('error', `rewrite or internal redirection cycle while processing "${request.uri}"`)
      return finalize(request, 500)
    }
  }
  if (request.connection.isDebugged) debugLocation(request)
  request.handlerIndex = 0
  runHandlers(request, declined)
}

function runLocationRewrite(request: Request, location: Location): number {
  const result = runSteps(location.rewrite, request)
  return result === stop ? next : result
}

function applyLimitExcept(request: Request): void {
  const { limitExcept } = request.location
  if (limitExcept !== undefined && !limitExcept.methods.has(request.method)) request.location = limitExcept.location
}

/** Bounds of the location on how long and with whom a connection is kept. */
function limitKeepAlive(request: Request): void {
  if (!request.keepAlive) return
  const { connection, location, method, startTime } = request
  const { core } = location
  const { keepaliveDisable } = core
  if (
    core.keepaliveTimeout === 0 ||
    connection.requests >= core.keepaliveRequests ||
    startTime - connection.startTime > core.keepaliveTime
  )
    request.keepAlive = false
  else if (method === 'POST' && keepaliveDisable.has('msie6') && isOldExplorer(request)) request.keepAlive = false
  else if (keepaliveDisable.has('safari') && isMacSafari(request)) request.keepAlive = false
}

function isOldExplorer(request: Request): boolean {
  const agent = request.headers.get('user-agent') ?? ''
  return /MSIE [45]\./.test(agent) || (agent.includes('MSIE 6.') && !agent.includes('SV1'))
}

function isMacSafari(request: Request): boolean {
  const agent = request.headers.get('user-agent') ?? ''
  return agent.includes('Safari/') && agent.includes('Mac OS X') && !agent.includes('Chrome')
}

function bodyIsTooLarge(request: Request): boolean {
  const limit = request.location.core.clientMaxBodySize
  if (limit === 0 || request.body.length <= limit || request.body.hasSink || request.bodyIsRefused) return false
  // The page about it is served all the same.
  request.bodyIsRefused = true
  request.log('error', `client intended to send too large body: ${request.body.length} bytes`)
  return true
}

function redirectToSlash(request: Request): void {
  request.out.location = `${escapeUri(request.location.name.text)}${request.args === '' ? '' : `?${request.args}`}`
  finalize(request, 301)
}

/** Goes through the handlers of the location, starting with what the last one said. */
export function runHandlers(request: Request, last: number): void {
  let result = last
  for (;;) {
    if (result === taken) return
    if (result !== declined && result !== allowed) {
      finalize(request, result)
      return
    }
    const handler = request.handlers[request.handlerIndex++]
    if (handler === undefined) break
    result = handler(request)
  }
  request.log('error', `no handler for "${request.uri}"`)
  finalize(request, 404)
}

/** Ends the request with a status: through `error_page`, or with the built-in page. */
export function finalize(request: Request, first: number): void {
  if (request.finished || first === taken) return
  const status = request.headSent ? first : request.result(first)
  if (status === 0) {
    request.end()
    return
  }
  if (status === 444 || status === 499 || status === 408) {
    const { main } = request
    main.out.status = status
    main.keepAlive = false
    main.connection.finish(main, true)
    return
  }
  if (request.headSent) {
    request.abort()
    return
  }
  sendErrorPage(request, status)
}

/** Sends the request to another URI inside the proxy. */
export function internalRedirect(request: Request, uri: string, args: string): void {
  if (--request.redirectsLeft < 0) {
    request.log('error', `rewrite or internal redirection cycle while internally redirecting to "${uri}"`)
    finalize(request, 500)
    return
  }
  request.uri = uri
  request.args = args
  request.internal = true
  request.uriIsOriginal = false
  run(request)
}

/** Sends the request to a named location; URI and method stay. */
export function namedRedirect(request: Request, name: string): void {
  if (--request.redirectsLeft < 0) {
    request.log('error', `rewrite or internal redirection cycle while redirect to named location "${name}"`)
    finalize(request, 500)
    return
  }
  const location = request.server.named.get(name)
  if (location === undefined) {
    request.log('error', `could not find named location "${name}"`)
    finalize(request, 500)
    return
  }
  request.internal = true
  request.uriChanged = false
  request.location = location
  applyLimitExcept(request)
  const result = runLocationRewrite(request, request.location)
  if (result !== next) return finalize(request, result)
  if (request.uriChanged) {
    request.uriChanged = false
    request.redirectsLeft--
    findLocation(request)
    return
  }
  request.handlerIndex = 0
  runHandlers(request, declined)
}
