/**
 * One answer made of several bodies: a request's own and those of the subrequests inside it, each in the place where it
 * was asked for. Only one of them is `active` and goes straight on; what the others have made waits.
 *
 *     own text | subrequest A            | own text | subrequest B | own text
 *              | text | sub of A | text  |
 */
import type { AnsweringRequest } from './answering-request.ts'
import type { Subrequest } from './subrequest.ts'

/** Bytes that may wait in one place before its source is asked to wait. */
const waitingLimit = 64 * 1024

type Item = Buffer | string | Subrequest

interface Place {
  readonly items: Item[]
  waiting: number
  hasEnded: boolean
  /** Its source was told to wait. */
  isHeld: boolean
}

/** The order of one answer. */
export class OrderedOutput {
  readonly #main: AnsweringRequest
  readonly #places = new Map<AnsweringRequest, Place>()
  #active: AnsweringRequest

  constructor(main: AnsweringRequest) {
    this.#main = main
    this.#active = main
  }

  /** The answer of `sub` belongs here in the body of `parent`. */
  add(parent: AnsweringRequest, sub: Subrequest): void {
    const place = this.#placeOf(parent)
    place.items.push(sub)
    if (this.#active === parent && place.items.length === 1) this.#active = sub
  }

  /** Takes a piece of a body; false when its source is to wait. */
  write(request: AnsweringRequest, chunk: Buffer | string): boolean {
    const place = this.#placeOf(request)
    if (this.#active === request && place.items.length === 0) {
      const hasRoom = this.#main.encode(chunk)
      if (!hasRoom) place.isHeld = true
      return hasRoom
    }
    place.items.push(chunk)
    place.waiting += chunk.length
    if (place.waiting < waitingLimit) return true
    place.isHeld = true
    return false
  }

  /** A body is complete. */
  end(request: AnsweringRequest): void {
    this.#placeOf(request).hasEnded = true
    if (this.#active === request) this.#advance()
  }

  /** The client can take more. */
  onDrain(): void {
    this.#release(this.#active)
  }

  /** Goes on until somebody is active who is still at work. */
  #advance(): void {
    for (;;) {
      const request = this.#active
      const place = this.#placeOf(request)
      const item = place.items[0]
      if (item === undefined) {
        if (!place.hasEnded) return this.#release(request)
        this.#places.delete(request)
        if (request === this.#main) return this.#main.endOrdered()
        this.#active = (request as Subrequest).parent
        this.#placeOf(this.#active).items.shift()
      } else if (typeof item === 'string' || Buffer.isBuffer(item)) {
        place.items.shift()
        place.waiting -= item.length
        this.#main.encode(item)
      } else this.#active = item
    }
  }

  #release(request: AnsweringRequest): void {
    const place = this.#placeOf(request)
    if (!place.isHeld) return
    place.isHeld = false
    request.resumeBody()
  }

  #placeOf(request: AnsweringRequest): Place {
    let place = this.#places.get(request)
    if (place === undefined) {
      place = { items: [], waiting: 0, hasEnded: false, isHeld: false }
      this.#places.set(request, place)
    }
    return place
  }
}
