/** What is expected of every framework behind the gateway, as checks over a fetch: in memory or over a real front. */
import { blocks, blockSize } from './endless.ts'

export type Ask = (path: string, init?: RequestInit) => Promise<Response>
type Check = (ask: Ask) => Promise<unknown>

const post = (body: RequestInit['body'], headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  body: body ?? null,
  headers,
})

async function progressOf(ask: Ask): Promise<{ made: number; closed: number }> {
  return (await (await ask('/progress')).json()) as { made: number; closed: number }
}

/** Waits until a stream makes no more blocks; how many it has made. */
async function settled(ask: Ask): Promise<number> {
  let before = -1
  let { made } = await progressOf(ask)
  while (made !== before) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    before = made
    made = (await progressOf(ask)).made
  }
  return made
}

const uploadSize = 20 * 1024 * 1024

/** Each check and what it must give. */
export const checks: Readonly<Record<string, readonly [Check, unknown]>> = {
  'a text': [async (ask) => await (await ask('/hello?name=you')).text(), 'Hello you'],
  HEAD: [
    async (ask) => {
      const response = await ask('/hello?name=you', { method: 'HEAD' })
      return [response.status, await response.text()]
    },
    [200, ''],
  ],
  'a form': [
    async (ask) => await (await ask('/form', post(new URLSearchParams({ name: 'Grüße & more' })))).json(),
    { name: 'Grüße & more' },
  ],
  JSON: [
    async (ask) => await (await ask('/json', post('{"a":[1,"ü"]}', { 'content-type': 'application/json' }))).json(),
    { a: [1, 'ü'] },
  ],
  'a multipart upload of 20 MB': [
    async (ask) => {
      const form = new FormData()
      form.set('title', 'big')
      form.set('file', new File([new Uint8Array(uploadSize)], 'big.bin'))
      return await (await ask('/upload', post(form))).json()
    },
    { title: 'big', name: 'big.bin', size: uploadSize },
  ],
  'several Set-Cookie': [
    async (ask) => {
      const response = await ask('/cookies')
      return [response.headers.getSetCookie().map((cookie) => cookie.slice(0, 3)), await response.text()]
    },
    [['a=1', 'b=2'], 'cookies'],
  ],
  'a stream that waits for a slow reader': [
    async (ask) => {
      const reader = ((await ask('/stream')).body ?? new ReadableStream<Uint8Array>()).getReader()
      let size = (await reader.read()).value?.length ?? 0
      const made = await settled(ask)
      for (;;) {
        const step = await reader.read()
        if (step.done) return { waited: made < blocks / 2, size }
        size += step.value.length
      }
    },
    { waited: true, size: blocks * blockSize },
  ],
  'a client that leaves': [
    async (ask) => {
      const { closed } = await progressOf(ask)
      const leaving = new AbortController()
      const reader = (await ask('/endless', { signal: leaving.signal })).body?.getReader()
      await reader?.read()
      leaving.abort()
      await reader?.read().catch(() => {})
      const end = performance.now() + 5000
      while ((await progressOf(ask)).closed === closed && performance.now() < end) {
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
      return (await progressOf(ask)).closed - closed
    },
    1,
  ],
  'an error': [async (ask) => (await ask('/error')).status, 500],
  'no route': [async (ask) => (await ask('/nowhere')).status, 404],
}
