import { InputQueue, type InputSource } from '@trivet/gateway/server'
import type { RequestHead } from '../codec/head.ts'

/** A request on its way in: its head, and how far its body has come. */
export class Incoming {
  readonly head: RequestHead
  /** Absent when there is no body. */
  readonly input: InputQueue | undefined
  bodyEnded: boolean
  /** The client waits for `100 Continue`. */
  continueDue: boolean
  #received = 0
  #dropped = 0
  #dropping = false

  constructor(head: RequestHead, source: InputSource) {
    this.head = head
    this.bodyEnded = !head.chunked && (head.contentLength ?? 0) === 0
    this.continueDue = head.expectContinue && !this.bodyEnded
    this.input = this.bodyEnded ? undefined : new InputQueue(source)
  }

  /** Bytes of a declared length that have not come. */
  get missing(): number {
    return (this.head.contentLength ?? 0) - this.#received
  }

  /** Bytes that came after the answer. */
  get dropped(): number {
    return this.#dropped
  }

  take(chunk: Uint8Array): void {
    this.continueDue = false
    this.#received += chunk.length
    if (this.#dropping) this.#dropped += chunk.length
    else this.input?.push(chunk)
  }

  end(): void {
    this.bodyEnded = true
    this.input?.end()
  }

  /** The answer is complete: nobody reads the rest. */
  drop(): void {
    if (this.bodyEnded) return
    this.#dropping = true
    this.input?.discard()
  }
}
