/**
 * A sink that becomes a WHATWG Response. Head and chunks are held until flush() or end(): a whole body becomes a Response
 * of bytes, anything else a stream whose writes wait while its reader is slow.
 */
import type { Bytes, HeaderList } from '../contract.ts'
import type { Disconnect } from '../server/disconnect.ts'
import type { ResponseSink } from '../server/sink.ts'

/** Statuses whose Response may have no body, not even an empty one (WHATWG Fetch, "null body status"). */
const nullBody = new Set(['204', '205', '304'])

export class FetchSink implements ResponseSink {
  readonly disconnect: Disconnect
  readonly response: Promise<Response>
  private readonly resolve: (response: Response) => void
  private readonly reject: (error: Error) => void
  private status = ''
  private headers: HeaderList = []
  private held: Bytes[] = []
  private bodyless = false
  private controller: ReadableStreamDefaultController<Bytes> | undefined = undefined
  private drained: PromiseWithResolvers<void> | undefined = undefined

  constructor(disconnect: Disconnect) {
    this.disconnect = disconnect
    const { promise, resolve, reject } = Promise.withResolvers<Response>()
    this.response = promise
    this.resolve = resolve
    this.reject = reject
  }

  start(status: string, headers: HeaderList, length: number | undefined): void {
    this.status = status
    this.headers = headers
    this.bodyless = length === 0
  }

  write(chunk: Bytes): void | Promise<void> {
    if (this.controller === undefined) {
      this.held.push(chunk)
      return undefined
    }
    this.controller.enqueue(chunk)
    if ((this.controller.desiredSize ?? 0) > 0) return undefined
    this.drained ??= Promise.withResolvers<void>()
    return this.drained.promise
  }

  flush(): void {
    if (this.controller !== undefined || this.bodyless) return
    const stream = new ReadableStream<Bytes>({
      start: (controller) => {
        this.controller = controller
        for (const chunk of this.held.splice(0)) controller.enqueue(chunk)
      },
      pull: () => this.drain(),
      cancel: (reason: unknown) => {
        this.drain()
        this.disconnect.abort(reason instanceof Error ? reason : undefined)
      },
    })
    this.settle(stream)
  }

  end(): void {
    if (this.controller !== undefined) this.controller.close()
    else this.settle(this.bodyless ? null : Buffer.concat(this.held))
  }

  abort(error: Error): void {
    this.controller?.error(error)
    // Without effect once there is a Response; there is none when Fetch has no such status, as of 600 and above.
    this.reject(error)
  }

  private drain(): void {
    this.drained?.resolve()
    this.drained = undefined
  }

  private settle(body: ReadableStream<Bytes> | Buffer<ArrayBuffer> | null): void {
    const code = this.status.slice(0, 3)
    const init = { status: Number(code), statusText: this.status.slice(4), headers: this.headers }
    this.resolve(new Response(nullBody.has(code) ? null : body, init))
  }
}
