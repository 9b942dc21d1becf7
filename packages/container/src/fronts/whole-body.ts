/**
 * A request's body is read to its end before an application worker is taken: such a worker does one thing at a time, and
 * is not to wait for somebody's upload. It also gets a CONTENT_LENGTH that way, which a chunked body has not, and without
 * which WSGI applications see none. What is more than `memory` goes to a file that has no name.
 */
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Application, Body, Bytes, Environ, Input } from '@trivet/gateway'
import { InputQueue, pulledInput } from '@trivet/gateway/server'
import { answer } from '@trivet/http1/gateway'

/** How bodies are kept; sizes in bytes. */
export interface BodySettings {
  /** The most of one body that stays in memory. */
  readonly memory: number
  /** The longest body that is taken; undefined for any. */
  readonly maximum: number | undefined
}

/** Bytes that are read back at once. */
const block = 65_536

/** An application that is called with bodies that are whole. */
export function wholeBody(application: Application, settings: BodySettings): Application {
  return (environ, startResponse) => {
    const length = environ.CONTENT_LENGTH === undefined ? undefined : Number(environ.CONTENT_LENGTH)
    const chunked = environ['HTTP_TRANSFER_ENCODING'] !== undefined
    if (!chunked && (length ?? 0) === 0) return application(environ, startResponse)
    const { maximum } = settings
    if (maximum !== undefined && (length ?? 0) > maximum) return tooLong(maximum, startResponse)
    return gather(environ, settings).then((gathered) =>
      gathered === undefined ? tooLong(maximum ?? 0, startResponse) : application(environ, startResponse),
    )
  }
}

function tooLong(maximum: number, startResponse: Parameters<Application>[1]): Body {
  return answer(startResponse, '413 Content Too Large', `bodies may have ${maximum} bytes (\`limit-post\`)`)
}

/** Replaces `tsgi.input` by one that is whole; undefined when the body is too long. */
async function gather(environ: Environ, { memory, maximum }: BodySettings): Promise<true | undefined> {
  const store = new Store(memory)
  const hooks = (environ['tsgi.response_finished'] ??= [])
  hooks.push(() => void store.close())
  try {
    for await (const chunk of environ['tsgi.input']) {
      if (maximum !== undefined && store.size + chunk.length > maximum) return undefined
      await store.add(chunk)
    }
  } catch (error) {
    await store.close()
    throw error
  }
  environ['tsgi.input'] = store.input()
  environ.CONTENT_LENGTH = String(store.size)
  delete (environ as { HTTP_TRANSFER_ENCODING?: string }).HTTP_TRANSFER_ENCODING
  return true
}

/** The pieces of one body: in memory, and behind them in a file. */
class Store {
  size = 0
  readonly #memory: number
  readonly #pieces: Bytes[] = []
  #held = 0
  #file: FileHandle | undefined

  constructor(memory: number) {
    this.#memory = memory
  }

  async add(chunk: Bytes): Promise<void> {
    this.size += chunk.length
    if (this.#file === undefined && this.#held + chunk.length <= this.#memory) {
      // A view of a buffer that the wire may use again, or that is much larger.
      this.#pieces.push(Buffer.from(chunk))
      this.#held += chunk.length
      return
    }
    this.#file ??= await nameless()
    await this.#file.writeFile(chunk)
  }

  input(): Input {
    if (this.#file !== undefined) return pulledInput(this.#read(this.#file))
    const whole = new InputQueue({ pause() {}, resume() {} })
    whole.push(Buffer.concat(this.#pieces, this.size))
    whole.end()
    return whole
  }

  async close(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    await file?.close()
  }

  async *#read(file: FileHandle): AsyncGenerator<Bytes> {
    yield* this.#pieces
    for (let at = 0, end = this.size - this.#held; at < end;) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(block), 0, block, at)
      if (bytesRead === 0) throw new Error('a file of a request body is shorter than what was written to it')
      at += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  }
}

/** A file that is gone when it is closed, whatever happens to this process. */
async function nameless(): Promise<FileHandle> {
  const path = join(tmpdir(), `trivet-body-${randomBytes(9).toString('base64url')}`)
  const file = await open(path, 'wx+', 0o600)
  await unlink(path)
  return file
}
