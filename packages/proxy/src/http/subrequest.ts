/**
 * Requests made inside the proxy for a client's request: they run through the phases of their own location (access
 * excepted: the client's request was let in) and their answer goes
 *
 *     inline      into the body of the client's answer, in the place where they were made
 *     memory      to whoever made them, whole
 *     none        nowhere: status and fields are all that counts
 *
 * They share the client's header fields and variables. The client's request is not over before they are; when it breaks
 * off they are given up.
 */
import type { InnerRequest } from './activity.ts'
import { namedRedirect, run } from './engine.ts'
import { BufferedBody } from './buffered-body.ts'
import { filterHead } from './head-writer.ts'
import { OrderedOutput } from './ordered-output.ts'
import { Request } from './request.ts'
import { RequestBody } from './request-body.ts'
import type { Handler } from '../model/module.ts'

/** How deep subrequests may make subrequests, as in nginx. */
const depthLimit = 50

/** What a subrequest is for. */
export interface SubrequestOptions {
  readonly uri: string
  readonly args: string
  readonly output: 'inline' | 'memory' | 'none'
  /** With `memory`: the most that a body may have, in bytes, in the location that answers; more breaks the answer off. */
  readonly memoryLimit?: (sub: Subrequest) => number
  /** Its answer is wanted by nobody; the client's goes on without it. */
  readonly isBackground?: boolean
  /** Instead of GET. */
  readonly method?: string
  /** The client's body, read before, goes along. */
  readonly withBody?: boolean
  /** Looks at the status it ends with, 0 for an answer of its own, and says what it shall end with instead. */
  readonly onResult?: (sub: Subrequest, status: number) => number
  /** It is over. */
  readonly onDone?: (sub: Subrequest) => void
}

/** Makes a subrequest; it starts when the current work is done. Undefined, and logged, when they are nested too deep. */
export function startSubrequest(parent: Request, options: SubrequestOptions): Subrequest | undefined {
  const depth = parent instanceof Subrequest ? parent.depth + 1 : 1
  if (depth > depthLimit) {
    parent.log('error', `subrequests cycle while processing "${options.uri}"`)
    return undefined
  }
  const sub = new Subrequest(parent, options, depth)
  const { main } = parent
  main.subrequests ??= new Set()
  main.subrequests.add(sub)
  if (options.output === 'inline') {
    main.order ??= new OrderedOutput(main)
    main.order.add(parent, sub)
  }
  process.nextTick(() => {
    if (sub.finished) return
    if (options.uri.startsWith('@')) namedRedirect(sub, options.uri)
    else run(sub)
  })
  return sub
}

/** A request made inside the proxy. */
export class Subrequest extends Request implements InnerRequest {
  readonly parent: Request
  readonly depth: number
  readonly #main: Request
  readonly #options: SubrequestOptions
  readonly #memory: (Buffer | string)[] = []
  #memorySize = 0
  /** True once something of a body has come. */
  hasOutput = false
  #hasResult = false

  constructor(parent: Request, options: SubrequestOptions, depth: number) {
    const { main } = parent
    const body = new RequestBody(parent.connection, 0, false)
    const head = {
      method: options.method ?? 'GET',
      line: main.line,
      target: main.target,
      version: main.version,
      protocol: main.protocol,
      headers: main.headers,
      length: main.headLength,
    }
    super(parent.connection, parent.server, head, body, main.keepAlive, Date.now())
    this.parent = parent
    this.depth = depth
    this.#main = main
    this.#options = options
    this.host = main.host
    this.port = main.port
    // Named locations keep the URI.
    this.uri = options.uri.startsWith('@') ? parent.uri : options.uri
    this.args = options.args
    this.clientAddress = main.clientAddress
    this.clientPort = main.clientPort
    this.slots = main.slots
    this.limitRate = main.limitRate
    this.internal = true
    this.uriIsOriginal = false
    this.headOnly = options.output === 'none'
    const own = options.withBody === false ? undefined : main.bufferedBody
    this.bufferedBody = own ?? new BufferedBody(body, parent.location.core, this)
  }

  override get main(): Request {
    return this.#main
  }

  override get handlers(): readonly Handler[] {
    return this.location.innerHandlers
  }

  get isBackground(): boolean {
    return this.#options.isBackground === true
  }

  /** The body, with `memory`, as a byte string. */
  get text(): string {
    return this.#memory.map((piece) => (typeof piece === 'string' ? piece : piece.toString('latin1'))).join('')
  }

  override sendHead(): boolean {
    return filterHead(this)
  }

  override emit(chunk: Buffer | string): boolean {
    this.hasOutput = true
    const { output, memoryLimit } = this.#options
    if (output === 'inline') return this.#main.order?.write(this, chunk) ?? true
    this.#memorySize += chunk.length
    if (this.#memorySize > (memoryLimit?.(this) ?? Number.POSITIVE_INFINITY)) {
      this.log('error', `too big subrequest response: ${this.#memorySize}`)
      this.abort()
    } else this.#memory.push(chunk)
    return true
  }

  override end(): void {
    this.result(0)
    super.end()
  }

  override endFiltered(): void {
    this.#finish()
    const { subrequests, order } = this.#main
    subrequests?.delete(this)
    if (this.#options.output === 'inline') order?.end(this)
    this.#options.onDone?.(this)
    if (subrequests?.size === 0) this.#main.onInnerEnd()
  }

  /** The status it shall end with instead of `status`; 0 is an answer of its own. */
  override result(status: number): number {
    if (this.#hasResult) return status
    this.#hasResult = true
    return this.#options.onResult?.(this, status) ?? status
  }

  override abort(): void {
    this.#main.abort()
  }

  cancel(): void {
    this.#finish()
  }

  #finish(): void {
    if (this.finished) return
    this.finished = true
    this.activity?.onFinish?.()
    this.activity = undefined
    if (this.location.core.logsSubrequests) for (const log of this.location.logs) log(this)
    this.filter?.dispose()
    if (this.bufferedBody !== this.#main.bufferedBody) this.bufferedBody?.dispose()
  }
}
