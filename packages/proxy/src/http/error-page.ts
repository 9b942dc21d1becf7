/** Answers for statuses that have no content of their own: `error_page` in all its forms, and the built-in pages. */
import type { ErrorPage } from '../model/core-settings.ts'
import { internalRedirect, namedRedirect } from './engine.ts'
import type { Request } from './request.ts'
import { errorPage, visibleStatus } from './status.ts'

/** After these the connection is not used again. */
const closing: ReadonlySet<number> = new Set([400, 413, 414, 494, 497, 500, 501])
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** Answers with a status. */
export function sendErrorPage(request: Request, status: number): void {
  const { core } = request.location
  if (closing.has(status)) request.keepAlive = false
  request.out.contentType = undefined
  request.out.charset = undefined
  request.forcedStatus = status
  if (!request.inErrorPage && core.errorPages.length > 0 && request.redirectsLeft >= 0) {
    if (!core.recursiveErrorPages) request.inErrorPage = true
    const page = core.errorPages.find((candidate) => candidate.status === status)
    if (page !== undefined) {
      sendCustomPage(request, page)
      return
    }
  }
  sendBuiltIn(request, visibleStatus(status), errorPage(status))
}

function sendCustomPage(request: Request, page: ErrorPage): void {
  if (page.overwrite >= 0) request.forcedStatus = page.overwrite
  const target = page.target.read(request)
  if (target.startsWith('/')) {
    if (request.method !== 'HEAD') request.method = 'GET'
    const question = page.target.constant === undefined ? target.indexOf('?') : -1
    if (question === -1) internalRedirect(request, target, page.args)
    else internalRedirect(request, target.slice(0, question), target.slice(question + 1))
    return
  }
  if (target.startsWith('@')) {
    namedRedirect(request, target)
    return
  }
  request.out.location = target
  const status = redirects.has(page.overwrite) ? page.overwrite : 302
  request.forcedStatus = status
  sendBuiltIn(request, status, errorPage(status))
}

function sendBuiltIn(request: Request, status: number, page: string | undefined): void {
  const { out } = request
  request.forcedStatus = status
  out.lastModified = out.etag = out.statusLine = undefined
  out.lastModifiedTime = -1
  request.allowsRanges = false
  request.ranges = undefined
  out.remove('accept-ranges')
  const body = page === undefined ? '' : page + causeOf(request, status) + request.location.core.pageTail
  if (page !== undefined) out.contentType = 'text/html'
  request.respond(status, body)
}

/** What went wrong with the upstream, for whoever runs the proxy; not told where `server_tokens` is off. */
function causeOf(request: Request, status: number): string {
  const { failureCause, location } = request
  if (failureCause === undefined || !location.core.showsVersion || (status !== 502 && status !== 504)) return ''
  return `<center>${failureCause.replace(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`)}</center>\r\n`
}
