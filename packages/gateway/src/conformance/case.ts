/** What a case of the suite says: a request, and what must come of it. All of it is plain data. */

/** What a wire, or the client that speaks to it, may be unable to carry. */
export type Ability =
  | 'wire'
  | 'http/1.0'
  | 'expect-continue'
  | 'informational'
  | 'trailers'
  | 'upgrade'
  | 'leave'
  | 'raw-header-bytes'
  | 'deployer'
  | 'log'

export interface CaseRequest {
  /** `GET` by default. */
  readonly method?: string
  /** As on the request line. */
  readonly target: string
  readonly headers?: readonly (readonly [name: string, value: string])[]
  /** The body, a character for each byte. */
  readonly body?: string
  /** Sends the body in chunks and without a Content-Length. */
  readonly chunked?: true
  readonly version?: '1.0'
  /** Waits for `100 Continue` before the body. */
  readonly waits?: true
  /** When so much of the body has come, asks for `target`, and only then reads on. */
  readonly during?: { readonly body: string; readonly target: string }
  /** Leaves when so much of the body has come. */
  readonly leavesAfter?: string
  /** After a 101: bytes to send on the connection. */
  readonly sends?: string
}

/** A header's value; `true`: any that is not empty; `null`: none; a list: each field in its order. */
export type Expected = string | true | null | readonly string[]

export interface CaseResponse {
  readonly status: number
  readonly reason?: string
  /** By lower-case name. */
  readonly headers?: Readonly<Record<string, Expected>>
  readonly body?: string
  /** The connection breaks before the body is whole; `either` where framing decides whether a client can tell. */
  readonly broken?: true | 'either'
  readonly informational?: readonly number[]
  readonly trailers?: Readonly<Record<string, string>>
}

/** One case. */
export interface ConformanceCase {
  readonly name: string
  /** The requirements it shows. */
  readonly items: readonly number[]
  readonly request: CaseRequest
  /** Sends the request once before. */
  readonly twice?: true
  readonly response: CaseResponse
  /** What the application must have found in its environ. */
  readonly environ?: Readonly<Record<string, Expected>>
  /** What the application notes in the end about the request. */
  readonly notes?: readonly string[]
  /** What the server's log must hold. */
  readonly logged?: string
  readonly needs?: readonly Ability[]
}

/** What a client saw. */
export interface CaseAnswer {
  readonly status: number
  readonly reason: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
  readonly broken: boolean
  readonly informational: readonly number[]
  readonly trailers: readonly (readonly [name: string, value: string])[]
}

/** How the runner reaches a server. */
export interface CaseClient {
  send(request: CaseRequest): Promise<CaseAnswer>
  /** What cannot be had here, each with its reason: such cases are skipped. */
  readonly lacks: Partial<Record<Ability, string>>
  /** All that the server has logged. */
  log?(): string
}
