/** `tsgi.input`, `tsgi.errors` and `tsgi.signal`. */
import { once } from 'node:events'
import { type Route, say } from './route.ts'

const join = (chunks: readonly Uint8Array[]): string => Buffer.concat(chunks).toString('latin1')

export const inputRoutes: Readonly<Record<string, Route>> = {
  '/echo': async ({ environ, start }) => {
    const body = await environ['tsgi.input'].read()
    start('200 OK', [['Content-Type', 'application/octet-stream']])
    return [body]
  },
  '/read': async ({ environ, start }) => {
    const input = environ['tsgi.input']
    const parts: string[] = []
    for (const size of [2, 0, 3]) {
      let part = ''
      // A read may come back short; only an empty one is the end.
      while (part.length < size) {
        const chunk = await input.read(size - part.length)
        if (chunk.length === 0) break
        part += join([chunk])
      }
      parts.push(part)
    }
    parts.push(join([await input.read()]), join([await input.read()]), join([await input.read(5)]))
    return say(start, parts.join('|'))
  },
  '/readline': async ({ environ, start }) => {
    const input = environ['tsgi.input']
    const lines = [await input.readline(), await input.readline(2), await input.readline(), await input.readline()]
    return say(start, JSON.stringify([...lines, await input.readline()].map((line) => join([line]))))
  },
  '/readlines': async ({ environ, start }) => {
    const input = environ['tsgi.input']
    const lines = [...(await input.readlines(1)), Buffer.from('-'), ...(await input.readlines())]
    return say(start, JSON.stringify(lines.map((line) => join([line]))))
  },
  '/iterate': async ({ environ, start }) => {
    const chunks: Uint8Array[] = []
    for await (const chunk of environ['tsgi.input']) chunks.push(chunk)
    return say(start, join(chunks))
  },
  '/unread': ({ start }) => say(start, 'not read'),
  '/errors': ({ environ, start }) => {
    const errors = environ['tsgi.errors']
    errors.write('conformance: any text, \u00fc and \u20ac\n')
    errors.writelines(['conformance: one\n', 'conformance: two\n'])
    errors.flush()
    return say(start, 'written')
  },
  '/signal': ({ environ, start, note }) => {
    const signal = environ['tsgi.signal']
    note(`aborted ${signal.aborted}`)
    start('200 OK', [['X-Accel-Buffering', 'no']])
    return (async function* () {
      yield Buffer.from('here')
      if (!signal.aborted) await once(signal, 'abort')
      note('aborted true')
    })()
  },
}
