/** What a parser says about bytes, as lines: the same for every way of cutting them. */
import {
  Http1Error,
  RequestParser,
  ResponseParser,
  type HeaderFields,
  type RequestHead,
  type ResponseHead,
} from '@trivet/http1'

type Parser = RequestParser | ResponseParser

function show(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

function fieldLines(fields: HeaderFields, prefix = ''): string[] {
  return [...fields].map(([name, value]) => show(`${prefix}${name}: ${value}`).trimEnd())
}

function headLine(head: RequestHead | ResponseHead): string {
  const first = 'status' in head ? `${head.status} ${head.reason}` : `${head.method} ${head.target}`
  const parts = ['head', first, `HTTP/1.${head.minorVersion}`, head.keepAlive ? 'keep-alive' : 'close']
  if (head.contentLength !== undefined) parts.push(`length ${head.contentLength}`)
  if (head.chunked) parts.push('chunked')
  if ('expectContinue' in head && head.expectContinue) parts.push('continue')
  if ('upgrade' in head && head.upgrade !== undefined) parts.push(`upgrade ${head.upgrade}`)
  return show(parts.join(' '))
}

/** Collects lines from a parser until it wants more. */
export class EventLog {
  readonly lines: string[] = []
  failed = false
  #data = ''
  readonly #parser: Parser
  readonly #methods: string[]

  constructor(parser: Parser, methods: readonly string[] = []) {
    this.#parser = parser
    this.#methods = [...methods]
  }

  push(chunk: Uint8Array): void {
    if (this.failed) return
    this.#parser.push(chunk)
    this.#guard(() => this.#drain())
  }

  finish(): void {
    if (this.failed) return
    this.#guard(() => {
      this.#parser.finish()
      this.#drain()
    })
  }

  #guard(step: () => void): void {
    try {
      step()
    } catch (error) {
      if (!(error instanceof Http1Error)) throw error
      this.failed = true
      this.lines.push(`error ${error.code} ${error.status}`)
    }
  }

  #drain(): void {
    const parser = this.#parser
    for (;;) {
      switch (parser.next()) {
        case 'need-data':
          return
        case 'head':
          this.lines.push(headLine(parser.head), ...fieldLines(parser.head.headers))
          break
        case 'data':
          this.#data += Buffer.from(parser.data).toString('latin1')
          break
        case 'end':
          if (this.#data !== '') this.lines.push(`data ${show(this.#data)}`)
          this.#data = ''
          if (parser.trailers !== undefined) this.lines.push(...fieldLines(parser.trailers, 'trailer '))
          this.lines.push('end')
          break
        case 'paused':
          if (parser instanceof ResponseParser) {
            const method = this.#methods.shift()
            if (method === undefined) return
            parser.expect(method)
          }
          parser.startNext()
      }
    }
  }
}
