/**
 * One response on a uwsgi connection: an HTTP/1.1 message that ends by Content-Length or by close, chunked only for a
 * peer whose keep-alive var says that it reads chunks (nginx does not), and the same holds for interim responses.
 */
import type { HeaderList } from '@trivet/gateway'
import { WireResponse } from '@trivet/http1/gateway'
import { keepAliveHeader } from '../keepalive.ts'

/** A response on its way to a peer; an application's own copy of the acknowledging header is left out. */
export class UwsgiResponse extends WireResponse {
  override start(status: string, headers: HeaderList, length: number | undefined): void {
    super.start(status, headers.some(isAcknowledgement) ? headers.filter(isNone) : headers, length)
  }
}

function isAcknowledgement([name]: readonly [string, string]): boolean {
  return name.length === keepAliveHeader.length && name.toLowerCase() === keepAliveHeader
}

function isNone(field: readonly [string, string]): boolean {
  return !isAcknowledgement(field)
}
