/** Nanoseconds per message: `node --conditions=@trivet/source bench/codec.ts`. Best and median of 15 rounds. */
import { RequestParser, requestHead, responseHead, ResponseParser } from '../src/index.ts'

const browser: [string, string][] = [
  ['Host', 'www.example.org'],
  ['User-Agent', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'],
  ['Accept', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'],
  ['Accept-Language', 'en-US,en;q=0.5'],
  ['Accept-Encoding', 'gzip, deflate, br, zstd'],
  ['Referer', 'http://www.example.org/'],
  ['Connection', 'keep-alive'],
  ['Cookie', 'session=0123456789abcdef0123456789abcdef'],
  ['Upgrade-Insecure-Requests', '1'],
  ['Cache-Control', 'max-age=0'],
]
const hello: [string, string][] = [
  ['Content-Type', 'text/plain'],
  ['Content-Length', '12'],
  ['Date', 'Sun, 06 Nov 1994 08:49:37 GMT'],
  ['Server', 'Trivet'],
]
const request = Buffer.from(requestHead('GET', '/index.html?page=2', browser), 'latin1')
const small = Buffer.from(requestHead('GET', '/', [['Host', 'localhost:8080']]), 'latin1')
const response = Buffer.from(`${responseHead('200 OK', hello)}hello world\n`, 'latin1')

let sink = 0

function read(parser: RequestParser | ResponseParser, bytes: Buffer): void {
  parser.push(bytes)
  for (let step = parser.next(); step !== 'paused'; step = parser.next())
    if (step === 'head') sink += parser.head.byteLength
  parser.startNext()
}

const requests = new RequestParser()
const responses = new ResponseParser()
const cases: Record<string, () => void> = {
  [`parse request, ${browser.length} fields, ${request.length} bytes`]: () => read(requests, request),
  'the same, and every name and value': () => {
    read(requests, request)
    const { headers } = requests.head
    for (let i = 0; i < headers.size; i++) sink += headers.lowerName(i).length + headers.value(i).length
  },
  [`parse request, 1 field, ${small.length} bytes`]: () => read(requests, small),
  [`parse response with body, ${response.length} bytes`]: () => read(responses, response),
  'write request head': () => {
    sink += requestHead('GET', '/index.html?page=2', browser).length
  },
  'write response head': () => {
    sink += responseHead('200 OK', hello).length
  },
}

const rounds = 15
const runs = 50_000

for (const [name, step] of Object.entries(cases)) {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const start = performance.now()
    for (let run = 0; run < runs; run++) step()
    times.push(((performance.now() - start) * 1e6) / runs)
  }
  times.sort((a, b) => a - b)
  const [best, median] = [times[0] ?? 0, times[rounds >> 1] ?? 0].map((time) => time.toFixed(0).padStart(6))
  console.log(`${best} ns best ${median} ns median  ${name}`)
}
if (sink === 0) throw new Error('nothing was done')
