import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Application, Environ } from '@trivet/gateway'
import { run, emptyInput, textErrors, type ResponseSink } from '@trivet/gateway/server'
import { expect, test } from 'vitest'
import { FileLines } from './line-writer.ts'
import { requestLog } from './request-log.ts'
import { compileFormat, standardLine } from './request-line.ts'
import type { RequestRecord } from './request-record.ts'

function makeEnviron(more: Partial<Environ> = {}): Environ {
  return {
    REQUEST_METHOD: 'GET',
    SCRIPT_NAME: '',
    PATH_INFO: '/a',
    QUERY_STRING: 'b=c',
    SERVER_NAME: 'x',
    SERVER_PORT: '80',
    SERVER_PROTOCOL: 'HTTP/1.1',
    REMOTE_ADDR: '127.0.0.1',
    HTTP_HOST: 'example.org',
    'tsgi.version': [1, 0],
    'tsgi.url_scheme': 'http',
    'tsgi.input': emptyInput,
    'tsgi.errors': textErrors(),
    'tsgi.multithread': false,
    'tsgi.multiprocess': false,
    'tsgi.run_once': false,
    'tsgi.signal': new AbortController().signal,
    ...more,
  }
}

class Sink implements ResponseSink {
  body = ''
  start(): void {}
  write(chunk: Uint8Array): void {
    this.body += Buffer.from(chunk).toString()
  }
  flush(): void {}
  end(): void {}
  abort(): void {}
}

const ok = 'Content-Type'

async function record(
  application: Application,
  environ = makeEnviron(),
): Promise<{ record: RequestRecord; body: string }> {
  const records: RequestRecord[] = []
  const sink = new Sink()
  await run(requestLog((entry) => records.push(entry))(application), environ, sink, { onError: () => {} })
  expect(records).toHaveLength(1)
  return { record: records[0] as RequestRecord, body: sink.body }
}

test.each<[string, Application]>([
  [
    'an array',
    (_, start) => {
      start('200 OK', [[ok, 'text/plain']])
      return [Buffer.from('ab'), Buffer.from('cde')]
    },
  ],
  [
    'a promise',
    async (_, start) => {
      start('200 OK', [[ok, 'text/plain']])
      return [Buffer.from('abcde')]
    },
  ],
  [
    'an iterable',
    function* (_, start) {
      start('200 OK', [[ok, 'text/plain']])
      yield Buffer.from('ab')
      yield Buffer.from('cde')
    },
  ],
  [
    'an async iterable',
    async function* (_, start) {
      start('200 OK', [[ok, 'text/plain']])
      yield Buffer.from('ab')
      yield Buffer.from('cde')
    },
  ],
  [
    'write()',
    (_, start) => {
      void start('200 OK', [[ok, 'text/plain']])(Buffer.from('ab'))
      return [Buffer.from('cde')]
    },
  ],
])('bytes of %s are counted and pass', async (_name, application) => {
  const { record: entry, body } = await record(application)
  expect(body).toBe('abcde')
  expect(entry).toMatchObject({ status: '200 OK', bytes: 5, count: 1 })
})

test('hooks of the body still run, once, and an early end reaches it', async () => {
  const calls: string[] = []
  const body = {
    *[Symbol.iterator]() {
      try {
        yield Buffer.from('a')
        throw new Error('broken')
      } finally {
        calls.push('returned')
      }
    },
    close: () => void calls.push('closed'),
  }
  const { record: entry } = await record((_, start) => {
    start('200 OK', [])
    return body
  })
  expect(calls).toEqual(['returned', 'closed'])
  expect(entry.bytes).toBe(1)
})

test("uWSGI's line", async () => {
  const { record: entry } = await record((_, start) => {
    start('200 OK', [['Content-Length', '5']])
    return [Buffer.from('hello')]
  })
  expect(standardLine({ ...entry, started: new Date(2026, 10, 2, 3, 4, 5).getTime(), duration: 1.9 })).toBe(
    `[pid: ${process.pid}|app: 0|req: 1/1] 127.0.0.1 () {9 vars in 178 bytes} [Mon Nov  2 03:04:05 2026] GET /a?b=c => generated 5 bytes in 1 msecs (HTTP/1.1 200) 1 headers in 38 bytes (1 switches on core 0)`,
  )
})

test('a failed application has its 500 in the log', async () => {
  const { record: entry } = await record(() => {
    throw new Error('no')
  })
  expect(standardLine(entry)).toContain('(HTTP/1.1 500)')
})

test("a format of one's own", async () => {
  const { record: entry } = await record(
    (_, start) => {
      start('404 Not Found', [])
      return []
    },
    makeEnviron({ HTTP_USER_AGENT: 'x\n"y"', HTTP_X_ID: '7' }),
  )
  expect(
    compileFormat(
      '%(method) %(uri) %(status) "%(uagent)" %(var.HTTP_X_ID) %(wid) %(referer) %(nonsense) 100%',
      2,
    )(entry),
  ).toBe('GET /a?b=c 404 "x\\x0a"y"" 7 3 - - 100%')
})

test('a request line cannot forge another', async () => {
  const { record: entry } = await record(
    (_, start) => {
      start('200 OK', [])
      return []
    },
    makeEnviron({ REQUEST_URI: '/\n[pid: 1]\u001b[2J' }),
  )
  expect(standardLine(entry)).toContain('GET /\\x0a[pid: 1]\\x1b[2J =>')
})

test('a log file is appended to, and found again after a rotation', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trivet-log-'))
  try {
    const path = join(folder, 'log')
    const lines = new FileLines(path)
    lines.write('one')
    lines.flush()
    renameSync(path, `${path}.1`)
    lines.write('two')
    lines.reopen()
    lines.write('three')
    lines.close()
    expect([readFileSync(`${path}.1`, 'utf8'), readFileSync(path, 'utf8')]).toEqual(['one\ntwo\n', 'three\n'])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
