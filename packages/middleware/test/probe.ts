/** For the tests of this package: applications whose bodies tell what was done to them. */
import type { Application, BodyHooks, Bytes, HeaderList } from '@trivet/gateway'

export const plain: HeaderList = [['Content-Type', 'text/plain']]

/** Answers 200 with this text, in an array. */
export function text(content: string, headers: HeaderList = plain): Application {
  return (_environ, startResponse) => {
    startResponse('200 OK', headers)
    return [Buffer.from(content)]
  }
}

/** A streaming application that is watched. */
export class Stream {
  readonly headers: HeaderList
  /** Chunks asked for so far. */
  asked = 0
  /** Times that close() was called. */
  closed = 0
  /** Resolves when close() is called. */
  readonly closing: Promise<void>
  private resolve: () => void = () => {}
  private readonly chunks: readonly (string | Error | Promise<string>)[]

  constructor(chunks: readonly (string | Error | Promise<string>)[], headers: HeaderList = plain) {
    this.chunks = chunks
    this.headers = headers
    this.closing = new Promise((resolve) => {
      this.resolve = resolve
    })
  }

  readonly application: Application = (_environ, startResponse) => {
    startResponse('200 OK', this.headers)
    return Object.assign(this.iterate(), this.hooks)
  }

  /** The same with startResponse called inside the first step, as an async generator function does. */
  readonly late: Application = (_environ, startResponse) => {
    const begin = (): void => void startResponse('200 OK', this.headers)
    return Object.assign(this.iterate(begin), this.hooks)
  }

  readonly hooks: BodyHooks = {
    close: () => {
      this.closed += 1
      this.resolve()
    },
  }

  private async *iterate(begin?: () => void): AsyncGenerator<Bytes, undefined> {
    begin?.()
    for (const chunk of this.chunks) {
      this.asked += 1
      if (chunk instanceof Error) throw chunk
      yield Buffer.from(await chunk)
    }
    return undefined
  }
}

/** A promise that never settles by itself. */
export function never(): Promise<string> {
  return new Promise(() => {})
}

/** Reads a response chunk by chunk. */
export async function* chunksOf(response: Response): AsyncGenerator<Buffer, undefined> {
  const reader = response.body?.getReader()
  for (;;) {
    const step = await reader?.read()
    if (step === undefined || step.done) return undefined
    yield Buffer.from(step.value as Uint8Array)
  }
}
