/**
 * An answer's body on its way from the upstream to the client. Nothing is kept of it but what the client has not taken
 * yet: when that is too much, or `*_limit_rate` holds it back, the upstream is paused.
 */
import type { HeaderFields } from '@trivet/http1'
import { Pacer, type PacerOwner } from '../http/pacer.ts'
import type { Request } from '../http/request.ts'
import { sizeOf } from '../model/value.ts'
import type { Flow } from './protocol.ts'
import type { UpstreamSettings } from './settings.ts'

/** RFC 9110 section 10.1.4. */
const takesTrailers = /(?:^|,)[\t ]*trailers[\t ]*(?:,|$)/i

/** Who waits for the end of an answer. */
export interface RelayOwner {
  /** All of the body has gone to the client's request. */
  onRelayed(): void
}

/** The body of one answer. */
export class AnswerRelay implements PacerOwner {
  readonly #owner: RelayOwner
  readonly #request: Request
  /** Undefined once the upstream has nothing more to say. */
  #flow: Flow | undefined
  readonly #pacer: Pacer | undefined
  #isPaused = false

  constructor(owner: RelayOwner, request: Request, settings: UpstreamSettings, flow: Flow | undefined) {
    this.#owner = owner
    this.#request = request
    this.#flow = flow
    const rate = sizeOf(settings.limitRate, request)
    if (rate > 0) this.#pacer = new Pacer(this, rate)
  }

  /** A piece has come. */
  data(chunk: Buffer): void {
    if (this.#request.finished) return
    const isWanted = this.#pacer === undefined ? this.#request.write(chunk) : this.#paced(this.#pacer, chunk)
    if (isWanted) return
    this.#isPaused = true
    this.#flow?.pause()
  }

  #paced(pacer: Pacer, chunk: Buffer): boolean {
    pacer.push(chunk)
    return !pacer.isHolding && this.#request.hasRoom
  }

  onPaced(chunk: Buffer | string): void {
    if (!this.#request.finished) this.#request.write(chunk)
  }

  onPacerIdle(): void {
    if (this.#flow === undefined) this.#owner.onRelayed()
    else this.onDrain()
  }

  /** The client can take more. */
  onDrain(): void {
    if (!this.#isPaused || !this.#request.hasRoom || this.#pacer?.isHolding === true) return
    this.#isPaused = false
    this.#flow?.resume()
  }

  /** They go on to a client that said it takes them; without that word their sender had no leave to add any. */
  trailers(trailers: HeaderFields): void {
    const { headers, out } = this.#request
    if (takesTrailers.test(headers.get('te') ?? '')) out.trailers = [...(out.trailers ?? []), ...trailers]
  }

  /** The upstream has said all. */
  end(): void {
    this.#flow = undefined
    if (this.#pacer?.isHolding !== true) this.#owner.onRelayed()
  }

  /** Nobody waits for it any more. */
  stop(): void {
    this.#flow = undefined
    this.#pacer?.stop()
  }
}
