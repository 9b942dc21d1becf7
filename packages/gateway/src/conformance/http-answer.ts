/** Takes apart what an HTTP/1 server sent until it closed the connection. */
import type { CaseAnswer, CaseRequest } from './case.ts'

interface Message {
  status: number
  reason: string
  headers: [string, string][]
  rest: string
}

/** The answer in `received`, which may still be incomplete: then it is broken. */
export function readAnswer(received: string, request: CaseRequest): CaseAnswer {
  const informational: number[] = []
  let message = readHead(received)
  while (message !== undefined && message.status < 200 && message.status !== 101) {
    informational.push(message.status)
    message = readHead(message.rest)
  }
  if (message === undefined) {
    return { status: 0, reason: '', headers: [], body: '', broken: true, informational, trailers: [] }
  }
  const { status, reason, headers, rest } = message
  return { status, reason, headers, informational, ...readBody(message, rest, request.method === 'HEAD') }
}

function readHead(text: string): Message | undefined {
  const end = text.indexOf('\r\n\r\n')
  const [first = '', ...lines] = text.slice(0, end).split('\r\n')
  const match = /^HTTP\/1\.[01] (\d{3}) (.*)$/.exec(first)
  if (end === -1 || match === null) return undefined
  return { status: Number(match[1]), reason: match[2] ?? '', headers: fields(lines), rest: text.slice(end + 4) }
}

function fields(lines: readonly string[]): [string, string][] {
  return lines.filter(Boolean).map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon), line.slice(colon + 1).trim()]
  })
}

type Content = Pick<CaseAnswer, 'body' | 'broken' | 'trailers'>

function readBody({ status, headers }: Message, rest: string, isHead: boolean): Content {
  const value = (name: string): string | undefined => headers.find(([field]) => field.toLowerCase() === name)?.[1]
  if (isHead || status === 204 || status === 304) return { body: rest, broken: false, trailers: [] }
  if (value('transfer-encoding') === 'chunked') return readChunks(rest)
  const length = value('content-length')
  return { body: rest, broken: length !== undefined && rest.length !== Number(length), trailers: [] }
}

function readChunks(text: string): Content {
  let body = ''
  let at = 0
  for (;;) {
    const end = text.indexOf('\r\n', at)
    const size = /^[0-9a-f]+$/i.exec(text.slice(at, end))?.[0]
    if (end === -1 || size === undefined) return { body, broken: true, trailers: [] }
    const length = Number.parseInt(size, 16)
    if (length === 0) {
      const trailer = text.slice(end + 2)
      return { body, broken: !/(?:^|\r\n)\r\n$/.test(trailer), trailers: fields(trailer.split('\r\n')) }
    }
    body += text.slice(end + 2, end + 2 + length)
    at = end + 2 + length + 2
  }
}
