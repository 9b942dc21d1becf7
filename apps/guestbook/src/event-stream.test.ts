import { type Folder, temporaryFolder } from '@trivet/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createApp } from './app.ts'
import { formatEvent } from './event-stream.ts'
import { type Guestbook, openGuestbook } from './guestbook.ts'

let folder: Folder
let ours: Guestbook
let theirs: Guestbook // as another worker process has it open

beforeEach(async () => {
  folder = await temporaryFolder()
  ours = openGuestbook(folder.path)
  theirs = openGuestbook(folder.path)
})

afterEach(async () => {
  ours.close()
  theirs.close()
  await folder.remove()
})

class StreamReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  #text = ''

  constructor(response: Response) {
    if (response.body === null) throw new Error('no body')
    this.#reader = response.body.getReader()
  }

  async until(part: string): Promise<string> {
    while (!this.#text.includes(part)) {
      const { value, done } = await this.#reader.read()
      if (done) throw new Error(`the stream ended before ${part}: ${this.#text}`)
      this.#text += Buffer.from(value).toString()
    }
    return this.#text
  }

  async cancel(): Promise<void> {
    await this.#reader.cancel()
  }
}

async function open(path: string, headers: Record<string, string> = {}): Promise<StreamReader> {
  const response = await createApp(ours).request(path, { headers })
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  expect(response.headers.get('x-accel-buffering')).toBe('no')
  return new StreamReader(response)
}

test('an entry that another process writes arrives', async () => {
  ours.entries.add({ name: 'Old', message: 'before' })
  const reader = await open('/entries/stream')
  expect(await reader.until('retry: 1000\n\n')).not.toContain('Old')
  theirs.entries.add({ name: 'New', message: 'after\nall' })
  const text = await reader.until('</li>')
  expect(text).toContain('id: 2\nevent: entry\ndata: <li')
  expect(text).toContain('data:       <p>after\ndata: all</p>')
  expect(text).not.toContain('Old')
  await reader.cancel()
})

test('who comes back gets what was missed, once and in order', async () => {
  for (const name of ['one', 'two', 'three']) theirs.entries.add({ name, message: 'x' })
  const reader = await open('/entries/stream?after=0', { 'Last-Event-ID': '1' })
  theirs.entries.add({ name: 'four', message: 'x' })
  const text = await reader.until('<h3>four</h3>')
  expect(text.match(/^id: \d+$/gm)).toEqual(['id: 2', 'id: 3', 'id: 4'])
  await reader.cancel()
})

test('nothing is watched once the last reader has left', async () => {
  const first = await open('/entries/stream')
  const second = await open('/entries/stream')
  expect(ours.feed.readers).toBe(2)
  await first.cancel()
  await second.cancel()
  expect(ours.feed.readers).toBe(0)
})

test('every line of the data is marked', () => {
  expect(formatEvent(7, 'entry', 'a\nb\n')).toBe('id: 7\nevent: entry\ndata: a\ndata: b\ndata: \n\n')
})
