/** For the tests of this package: a sink that writes down what it was told, and an environ for it. */
import { PassThrough } from 'node:stream'
import type { Duplex } from 'node:stream'
import type { Application, Bytes, Environ, HeaderList } from '../src/contract.ts'
import { Disconnect } from '../src/server/disconnect.ts'
import { emptyInput } from '../src/server/empty-input.ts'
import { run } from '../src/server/run.ts'
import type { ResponseSink } from '../src/server/sink.ts'
import { textErrors } from '../src/server/text-errors.ts'

/** Writes down each call as one line. */
export class Recorder implements ResponseSink {
  readonly disconnect: Disconnect = new Disconnect()
  readonly calls: string[] = []
  readonly errors: string[] = []
  /** When set, each write waits for it, as for a slow client. */
  slow: Promise<void> | undefined = undefined
  stream: Duplex | undefined = undefined

  start(status: string, headers: HeaderList, length: number | undefined): void {
    this.calls.push(`start ${status} ${headers.map(([name, value]) => `${name}=${value}`).join('&')} ${length}`)
  }

  write(chunk: Bytes): void | Promise<void> {
    this.calls.push(`write ${Buffer.from(chunk).toString('latin1')}`)
    return this.slow
  }

  flush(): void {
    this.calls.push('flush')
  }

  end(trailers?: HeaderList): void {
    this.calls.push(
      trailers === undefined ? 'end' : `end ${trailers.map(([name, value]) => `${name}=${value}`).join('&')}`,
    )
  }

  abort(error: Error): void {
    this.calls.push(`abort ${codeOf(error)}`)
  }

  inform(status: string, headers: HeaderList): void {
    this.calls.push(`inform ${status} ${headers.map(([name, value]) => `${name}=${value}`).join('&')}`)
  }

  upgrade(status: string, headers: HeaderList, protocol: string): Duplex {
    this.calls.push(`upgrade ${status} ${headers.length} ${protocol}`)
    this.stream = new PassThrough()
    return this.stream
  }

  /** A fresh environ for this sink. */
  environ(): Environ {
    return {
      REQUEST_METHOD: 'GET',
      SCRIPT_NAME: '',
      PATH_INFO: '/',
      QUERY_STRING: '',
      SERVER_NAME: 'localhost',
      SERVER_PORT: '80',
      SERVER_PROTOCOL: 'HTTP/1.1',
      'tsgi.version': [1, 0],
      'tsgi.url_scheme': 'http',
      'tsgi.input': emptyInput,
      'tsgi.errors': textErrors(),
      'tsgi.multithread': false,
      'tsgi.multiprocess': false,
      'tsgi.run_once': false,
      'tsgi.signal': this.disconnect.signal,
    }
  }

  /** Runs an application on this sink; errors are written down by code, or message where there is none. */
  run(application: Application, changes: Partial<Environ> = {}): void | Promise<void> {
    const onError = (error: Error): number => this.errors.push(codeOf(error))
    return run(application, { ...this.environ(), ...changes }, this, { onError })
  }
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}
