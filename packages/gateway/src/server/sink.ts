import type { Duplex } from 'node:stream'
import type { Bytes, Environ, HeaderList } from '../contract.ts'
import type { Disconnect } from './disconnect.ts'

/** Where one response goes. Calls come in the order start, (write | flush)*, end; `abort` may come at any time and is last. */
export interface ResponseSink {
  /** When given, the engine learns of a vanished client here and need not create an `AbortSignal`. */
  readonly disconnect?: Disconnect | undefined
  /**
   * The head. `length` is how many body bytes follow when that is known (0 for HEAD, 204 and 304), and `headers` then
   * already hold `Content-Length` where one belongs; when it is undefined the sink frames the body (chunked or close).
   * The sink adds Date, Server and Connection. It may hold the head back until flush() or end(), so that head and
   * small body leave in one write. It must not change or keep `headers`.
   */
  start(status: string, headers: HeaderList, length: number | undefined): void
  /** One chunk, never empty; a promise means the client is slow: wait for it. It never rejects. */
  write(chunk: Bytes): void | Promise<void>
  /** Puts on the wire all that is held: called after each chunk of a body that is not an array. */
  flush(): void
  /** The body is complete; trailers come only when the environ has `tsgi.trailers`. */
  end(trailers?: HeaderList): void
  /** The response cannot be completed after start(): break the connection so that the client notices. */
  abort(error: Error): void
  /** 1xx, where the wire can carry it. */
  readonly inform?: ((status: string, headers: HeaderList) => void) | undefined
  /** Hands over the connection after a 101; `protocol` is one that the environ's `tsgi.protocol` offered. */
  upgrade?(status: string, headers: HeaderList, protocol: string): Duplex
}

/** What a server decides once for all requests. */
export interface RunOptions {
  /** Takes each error that an application or a hook raised; must not throw. Default: the stack to `tsgi.errors`. */
  onError(error: Error, environ: Environ): void
}
