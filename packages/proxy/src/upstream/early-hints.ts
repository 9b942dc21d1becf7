/** 103 (RFC 8297): what an upstream says early goes on to a client of HTTP/1.1 where `early_hints` lets it. */
import type { ResponseHead } from '@trivet/http1'
import { fieldValue } from '../http/field-value.ts'
import type { Forwarding } from './forwarding.ts'

/** Fields about the message or the connection it came on: they mean nothing on another one, or come with the answer. */
const notPassed: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'uwsgi-keepalive',
])

/** Passes an early head on; `before` is how large those of the same attempt have been, in bytes, and so is the result. */
export function passEarlyHints({ request, route }: Forwarding, head: ResponseHead, before: number): number {
  const { hidden, headSize } = route.settings
  const size = before + head.byteLength
  if (request !== request.main || request.version < 11 || request.headSent || !areWanted(request)) return size
  if (size > headSize) {
    request.log('info', 'upstream sent too big early hints')
    return size
  }
  const { headers } = head
  let text = ''
  for (let i = 0; i < headers.size; i++) {
    const name = headers.lowerName(i)
    if (!hidden.has(name) && !notPassed.has(name)) text += `${headers.name(i)}: ${fieldValue(headers.value(i))}\r\n`
  }
  if (text !== '') request.sendRaw(`HTTP/1.1 103 Early Hints\r\n${text}\r\n`)
  return size
}

function areWanted(request: Forwarding['request']): boolean {
  return request.location.core.earlyHints.some((value) => {
    const text = value.read(request)
    return text !== '' && text !== '0'
  })
}
