/**
 * TSGI, the TypeScript Server Gateway Interface: PEP 3333's contract, typed, synchronous or asynchronous.
 *
 * A server calls `application(environ, startResponse)` once per request. The application calls
 * `startResponse(status, headers)` before its first chunk and returns the body, an iterable of bytes.
 */
import type { Duplex } from 'node:stream'

/** A value, or a promise of one. */
export type Awaitable<T> = T | Promise<T>

/** Bytes on the wire; a Node `Buffer` is one. */
export type Bytes = Uint8Array

/** Header fields in order, names as sent; a name may come more than once (`Set-Cookie`). */
export type HeaderList = [name: string, value: string][]

/** One request in CGI's terms (RFC 3875 section 4.1); every string holds U+0000 to U+00FF only. */
export interface Environ {
  REQUEST_METHOD: string
  SCRIPT_NAME: string
  PATH_INFO: string
  QUERY_STRING: string
  SERVER_NAME: string
  SERVER_PORT: string
  SERVER_PROTOCOL: string
  CONTENT_TYPE?: string
  CONTENT_LENGTH?: string
  REQUEST_URI?: string
  REMOTE_ADDR?: string
  REMOTE_PORT?: string
  HTTPS?: 'on'
  [header: `HTTP_${string}`]: string | undefined
  /** Version of this interface. */
  'tsgi.version': readonly [1, 0]
  'tsgi.url_scheme': 'http' | 'https'
  'tsgi.input': Input
  'tsgi.errors': Errors
  'tsgi.multithread': boolean
  'tsgi.multiprocess': boolean
  'tsgi.run_once': boolean
  /** Aborts when the client is gone. */
  readonly 'tsgi.signal': AbortSignal
  /** Upgrades the client offers, in lower case: `['websocket']`. */
  'tsgi.protocol'?: readonly string[]
  /** The client accepts trailer fields. */
  'tsgi.trailers'?: boolean
  /** Sends `103 Early Hints` (RFC 8297). */
  'tsgi.early_hints'?: (headers: HeaderList) => void
  /** Called after the response, whatever became of it. */
  'tsgi.response_finished'?: ((environ: Environ, status?: string, headers?: HeaderList, error?: Error) => void)[]
  'tsgi.file_wrapper'?: (file: FileLike, blockSize?: number) => Iterable<Bytes> | AsyncIterable<Bytes>
}

/** The request body; ends at `CONTENT_LENGTH`, then reads empty. Iteration yields chunks, not lines. */
export interface Input extends AsyncIterable<Bytes> {
  read(size?: number): Promise<Bytes>
  readline(size?: number): Promise<Bytes>
  readlines(hint?: number): Promise<Bytes[]>
  /** The whole body, when it is already here. */
  readonly buffered?: Bytes | undefined
}

/** Where an application writes its error text. */
export interface Errors {
  write(text: string): void
  writelines(lines: Iterable<string>): void
  flush(): void
}

/** An open file for `tsgi.file_wrapper`: a descriptor and where to begin and stop, in bytes. */
export interface FileLike {
  readonly fd: number
  readonly offset?: number
  readonly length?: number
  close(): Awaitable<void>
}

/** Sends a chunk at once; a promise means: wait, the client is slow. */
export type Write = (chunk: Bytes) => Awaitable<void>

/** Sets status (`'200 OK'`) and headers; a second call needs `excInfo` and rethrows it once headers are sent. */
export type StartResponse = (status: string, headers: HeaderList, excInfo?: Error | null) => Write

/** What a body may carry beside its chunks. */
export interface BodyHooks {
  /** Called once after success, error or disconnect, also for HEAD. */
  close?(): Awaitable<void>
  /** Trailer fields, asked for after the last chunk when the client accepts them. */
  trailers?(): Awaitable<HeaderList>
}

/** After `101 Switching Protocols`: the connection itself. */
export type StreamingBody = ((stream: Duplex) => Awaitable<void>) & BodyHooks

/** A response body. */
export type Body = ((Iterable<Bytes> | AsyncIterable<Bytes>) & BodyHooks) | StreamingBody

/** Optional properties of an application: what a server does before the first request and after the last. */
export interface Lifespan {
  /** Awaited before the first request; an error keeps the server from starting. */
  start?(): Awaitable<void>
  /** Awaited after the last response has ended. */
  stop?(): Awaitable<void>
}

/** An application; `async function*` is one as well. */
export type Application = ((environ: Environ, startResponse: StartResponse) => Awaitable<Body>) & Lifespan

/** An application around an application. */
export type Middleware = (application: Application) => Application

/** An application that needs more of its environ than every server gives: what middleware around it adds. */
export type ApplicationWith<Extra> = ((environ: Environ & Extra, startResponse: StartResponse) => Awaitable<Body>) &
  Lifespan

/** Middleware that adds to the environ; a `Middleware` too, for applications that do not look. */
export type Extended<Extra> = (application: ApplicationWith<Extra>) => Application
