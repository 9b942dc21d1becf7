/**
 * The Python worker's reader of packets against the TypeScript one: the same bytes, whole there and in pieces here, are
 * the same environ and body, or are refused by the same rule.
 */
import { createInterface } from 'node:readline'
import { spawn } from 'node:child_process'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { peer, RawClient, splitAt, withPeers } from '@trivet/testing'
import type { PacketLimits } from '@trivet/uwsgi'
import { serve } from '@trivet/uwsgi/gateway'
import type { Application } from '@trivet/gateway'
import fc from 'fast-check'
import { expect } from 'vitest'

const limits: Partial<PacketLimits> = { bufferSize: 2000, maxVars: 24, maxBody: 300 }

/** What became of a connection's first request. */
type Outcome =
  | { readonly refused: string }
  | { readonly ping: true }
  | { readonly environ: Readonly<Record<string, string>>; readonly scheme: string; readonly body: string }

/** Keys that are the server's own, in either language. */
const own = /^(?:tsgi|wsgi|trivet|uwsgi)\./

const onlyVars = (environ: object): Record<string, string> =>
  Object.fromEntries(Object.entries(environ).filter(([key]) => !own.test(key)))

/** Answers with what it was called with. */
const echo: Application = async (environ, startResponse) => {
  const pieces: Uint8Array[] = []
  for await (const piece of environ['tsgi.input']) pieces.push(Buffer.from(piece))
  startResponse('200 OK', [['Content-Type', 'application/json']])
  const body = Buffer.concat(pieces).toString('base64')
  const said: Outcome = { environ: onlyVars(environ), scheme: environ['tsgi.url_scheme'], body }
  return [Buffer.from(JSON.stringify(said), 'latin1')]
}

interface Reader extends AsyncDisposable {
  read(pieces: readonly Uint8Array[]): Promise<Outcome>
}

async function startTypeScript(): Promise<Reader> {
  const server = serve(echo, { limits, log: () => {} })
  await server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.address() as AddressInfo
  return {
    async read(pieces) {
      await using client = await RawClient.connect({ host: '127.0.0.1', port })
      await client.send(Buffer.concat(pieces))
      client.end()
      const answer = (await client.closed()).toString('latin1')
      if (answer.startsWith('\x64')) return { ping: true }
      const head = answer.slice(0, answer.indexOf('\r\n\r\n') + 4)
      if (!head.startsWith('HTTP/1.1 200 ')) return { refused: /uwsgi \[([a-z-]+)\]/.exec(answer)?.[1] ?? answer }
      const size = Number(/^Content-Length: (\d+)/m.exec(head)?.[1])
      return JSON.parse(answer.slice(head.length, head.length + size)) as Outcome
    },
    async [Symbol.asyncDispose]() {
      server.close()
      await server.drain()
    },
  }
}

function startPython(): Reader {
  const cwd = fileURLToPath(new URL('../python', import.meta.url))
  const process = spawn(peer('python3'), ['-m', 'tests.environs', JSON.stringify(limits)], {
    cwd,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => process.once('close', resolve))
  const lines = createInterface(process.stdout)[Symbol.asyncIterator]()
  return {
    async read(pieces) {
      const encoded = pieces.map((piece) => Buffer.from(piece).toString('base64'))
      process.stdin.write(`${JSON.stringify({ pieces: encoded })}\n`)
      const said: Outcome = JSON.parse(String((await lines.next()).value))
      return 'environ' in said ? { ...said, environ: onlyVars(said.environ) } : said
    },
    async [Symbol.asyncDispose]() {
      process.stdin.end()
      await ended
    },
  }
}

/** A packet with nothing checked: the package's own writer makes no broken ones. */
function packet(pairs: readonly (readonly [string, string])[], modifier: number): Buffer {
  const sized = (text: string): Buffer =>
    Buffer.concat([Buffer.from(Uint16Array.of(text.length).buffer), Buffer.from(text, 'latin1')])
  const block = Buffer.concat(pairs.flat().map(sized))
  return Buffer.concat([Buffer.from([modifier, block.length & 255, block.length >> 8, 0]), block])
}

const word = fc.string({ unit: fc.constantFrom('a', '/', ' ', ':', ',', '0', '7', 'é', '\0', '"'), maxLength: 8 })
const host = fc.constantFrom('a', 'a:80', 'a:', ':80', 'a:a', '[::1]', '[::1]:80', '')
const pair = fc.oneof(
  fc.tuple(fc.constant('HTTP_HOST'), host),
  fc.tuple(fc.constantFrom('HTTP_A', 'HTTP_COOKIE', 'HTTP_HOST', 'A', 'PATH_INFO', 'SERVER_NAME', 'UWSGI_A', ''), word),
  fc.tuple(fc.constant('CONTENT_LENGTH'), fc.constantFrom('', '0', '3', '03', '+3', '3 ', '²', '300', '301', '1e2')),
  fc.tuple(fc.constantFrom('HTTP_TRANSFER_ENCODING', 'HTTP_CONTENT_LENGTH', 'HTTP_PROXY'), fc.constantFrom('x', '')),
  fc.tuple(fc.constantFrom('HTTPS', 'UWSGI_SCHEME', 'REQUEST_SCHEME'), fc.constantFrom('on', '1', '', 'https', 'off')),
  fc.tuple(fc.constantFrom('SCRIPT_NAME', 'PATH_INFO'), fc.constantFrom('/a', '/a/', '/a//', '/a/b', '/ab', '')),
  fc.tuple(
    fc.constantFrom('UWSGI_FILE', 'UWSGI_KEEPALIVE', 'wsgi.input', 'CONTENT_TYPE'),
    fc.constantFrom('', 'n0nce'),
  ),
)
const wire = fc
  .record({
    pairs: fc.array(pair, { maxLength: 8 }),
    method: fc.boolean(),
    modifier: fc.constantFrom(0, 0, 0, 30, 5, 100),
    body: fc.uint8Array({ maxLength: 6 }),
    changes: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 2 }),
    cut: fc.option(fc.nat(), { freq: 6 }),
    spoilt: fc.boolean(),
  })
  .map(({ pairs, method, modifier, body, changes, cut, spoilt }) => {
    const vars = packet(method ? [['REQUEST_METHOD', 'GET'], ...pairs] : pairs, modifier)
    const bytes = Buffer.concat([vars, body])
    if (spoilt) for (const [at, value] of changes) bytes[at % bytes.length] = value
    return cut === null ? bytes : bytes.subarray(0, 1 + (cut % bytes.length))
  })

withPeers('python3').test('packets are read alike in Python and in TypeScript', async () => {
  await using typescript = await startTypeScript()
  await using python = startPython()
  await fc.assert(
    fc.asyncProperty(wire, fc.array(fc.nat(), { maxLength: 4 }), async (bytes, cuts) => {
      const wanted = await typescript.read([bytes])
      // Several times, as the reader in Python learns the shapes of packets and reads those it knows another way.
      for (let time = 0; time < 4; time += 1) {
        const pieces = splitAt(bytes, ...cuts.map((cut) => (cut * (time + 1)) % (bytes.length + 1)))
        const found = await python.read(pieces)
        // Of two rules that a packet breaks, Python's reader meets this one first.
        if ('refused' in wanted && 'refused' in found && found.refused === 'control-var')
          expect(bytes.includes('UWSGI_FILE')).toBe(true)
        else expect(found).toEqual(wanted)
      }
    }),
    { numRuns: 400 },
  )
})
