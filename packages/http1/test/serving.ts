/** A front on a free port for one test. */
import { serve, type HttpServer, type HttpServerOptions } from '@trivet/http1/gateway'
import type { Application } from '@trivet/gateway'
import { RawClient } from '@trivet/testing'

export class Front implements AsyncDisposable {
  readonly server: HttpServer
  readonly lines: string[] = []
  readonly errors: Error[] = []

  private constructor(application: Application, options: HttpServerOptions) {
    this.server = serve(application, {
      log: (line) => this.lines.push(line),
      onError: (error) => this.errors.push(error),
      ...options,
    })
  }

  static async start(application: Application, options: HttpServerOptions = {}): Promise<Front> {
    const front = new Front(application, options)
    await front.server.listen({ host: '127.0.0.1', port: 0 })
    return front
  }

  get address(): { host: string; port: number } {
    const address = this.server.address()
    if (address === null || typeof address === 'string') throw new Error('not listening on TCP')
    return { host: address.address, port: address.port }
  }

  get url(): string {
    return `http://${this.address.host}:${this.address.port}`
  }

  connect(): Promise<RawClient> {
    return RawClient.connect(this.address)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close()
  }
}

const encoder = new TextEncoder()

export function bytes(text: string): Uint8Array {
  return encoder.encode(text)
}

/** Answers with what it was asked. */
export const echo: Application = async (environ, startResponse) => {
  const body = await environ['tsgi.input'].read()
  startResponse('200 OK', [['Content-Type', 'text/plain']])
  return [bytes(`${environ.REQUEST_METHOD} ${environ.PATH_INFO} ${environ.QUERY_STRING}\n`), body]
}
