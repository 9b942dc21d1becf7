/** Filters that change a body on its way out, each in the place its header filter has given it. */
import type { AnsweringRequest } from './answering-request.ts'

/** Takes a body piece by piece. */
export interface BodyTarget {
  /** False when the source is to wait until it is told to go on. */
  write(chunk: Buffer | string): boolean
  end(): void
}

/** A filter of one body. */
export abstract class BodyFilter implements BodyTarget {
  /** Where it puts what comes out of it. */
  next: BodyTarget | undefined

  abstract write(chunk: Buffer | string): boolean
  abstract end(): void

  /** Room has come behind it: true when the source may go on. */
  mayResume(): boolean {
    return this.following?.mayResume() !== false
  }

  /** The request is over, whatever way it went. */
  dispose(): void {
    this.following?.dispose()
  }

  /** The filter behind it. */
  protected get following(): BodyFilter | undefined {
    return this.next instanceof BodyFilter ? this.next : undefined
  }

  /** Hands a piece on. */
  protected pass(chunk: Buffer | string): boolean {
    return chunk.length === 0 || this.next === undefined || this.next.write(chunk)
  }

  /** All has been handed on. */
  protected passEnd(): void {
    this.next?.end()
  }
}

/** Behind the last filter. */
export class UnfilteredBody implements BodyTarget {
  readonly #request: AnsweringRequest

  constructor(request: AnsweringRequest) {
    this.#request = request
  }

  write(chunk: Buffer | string): boolean {
    return this.#request.emit(chunk)
  }

  end(): void {
    this.#request.endFiltered()
  }
}

/** A piece as a byte string. */
export function textOfPiece(chunk: Buffer | string): string {
  return typeof chunk === 'string' ? chunk : chunk.toString('latin1')
}
