import type { Body, Bytes, Environ, Middleware } from '@trivet/gateway'
import { isEmptyStatus } from '../exchange/status.ts'
import { watchBody } from '../exchange/watched-body.ts'
import { combinedFormat, commonFormat, jsonFormat } from './log-line.ts'
import type { LogFormat } from './log-line.ts'

/** Options of `accessLog`. */
export interface AccessLogOptions {
  /** Default `combined`. */
  readonly format?: 'common' | 'combined' | 'json' | LogFormat
  /** Takes each line, without its end; must not throw. Default: standard output. */
  readonly write?: (line: string) => void
}

const formats = { common: commonFormat, combined: combinedFormat, json: jsonFormat }

/** One line per request when its response has ended, whatever became of it. Belongs outermost. */
export function accessLog(options: AccessLogOptions = {}): Middleware {
  const { format = 'combined', write = (line) => void process.stdout.write(`${line}\n`) } = options
  const line = typeof format === 'function' ? format : formats[format]
  return (application) => (environ, startResponse) => {
    const count = new Count(environ)
    const hooks = (environ['tsgi.response_finished'] ??= [])
    hooks.push((environ, status, _headers, error) => write(line(count.exchange(environ, status, error))))
    const body = application(environ, (status, headers, excInfo) => {
      const send = startResponse(status, headers, excInfo)
      count.begin(status)
      return (chunk) => send(count.chunk(chunk))
    })
    return body instanceof Promise ? body.then((value) => count.watch(value)) : count.watch(body)
  }
}

class Count {
  private readonly began = new Date()
  private readonly start = performance.now()
  private readonly bodyless: boolean
  private bytes = 0
  private empty = false

  constructor(environ: Environ) {
    this.bodyless = environ.REQUEST_METHOD === 'HEAD'
  }

  begin(status: string): void {
    this.empty = this.bodyless || isEmptyStatus(status)
  }

  readonly chunk = (chunk: Bytes): Bytes => {
    this.bytes += chunk.length
    return chunk
  }

  watch(body: Body): Body {
    return watchBody(body, { chunk: this.chunk })
  }

  exchange(environ: Environ, status: string | undefined, error: Error | undefined): Parameters<LogFormat>[0] {
    const milliseconds = performance.now() - this.start
    const bytes = this.empty ? 0 : this.bytes
    return { environ, began: this.began, status: Number(status?.slice(0, 3) ?? 0), bytes, milliseconds, error }
  }
}
