import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { linkSync, lchownSync, statSync, symlinkSync } from 'node:fs'
import fc from 'fast-check'
import { temporaryFolder } from '@trivet/testing'
import { expect, test } from 'vitest'
import { ValueError } from '../config/convert.ts'
import { giveAway } from './append.ts'
import { compileEncoders, readEncoder, type EncoderSettings } from './encode.ts'
import { FileLines } from './line-writer.ts'
import { LineRouter, type StreamSettings } from './router.ts'
import { readLogger } from './sinks/settings.ts'
import { strftime } from './strftime.ts'

const encoders = (...texts: string[]): EncoderSettings[] => texts.flatMap((text) => readEncoder(text) ?? [])
const encode = (line: string, ...texts: string[]): string => compileEncoders(encoders(...texts), undefined)(line)

test('encoders follow one another', () => {
  expect(encode('a "b"', 'json {"msg":"${msg}","x":"${nonsense}"}', 'prefix > ', 'suffix <', 'nl')).toBe(
    '> {"msg":"a \\"b\\"","x":"${nonsense}"}<',
  )
  expect(encode('a', 'format ${strftime:%Y} ${msg}')).toBe(`${new Date().getFullYear()} a`)
  expect(encode('a', 'prefix:other no ')).toBe('a')
})

test('whatever is in a line, json stays JSON', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (line) => {
      expect(JSON.parse(encode(line, 'json {"unix":${unix},"msg":"${msgnl}"}'))).toMatchObject({ msg: `${line}\n` })
    }),
  )
})

test.each([
  ['file:/a', { name: undefined, sink: { kind: 'file', path: '/a', maxSize: 0, backup: undefined } }],
  [
    'errors file:logfile=b,maxsize=9,backupname=/c',
    { name: 'errors', sink: { kind: 'file', path: '/srv/b', maxSize: 9, backup: '/c' } },
  ],
  ['stdio', { name: undefined, sink: { kind: 'stdio', fd: 1 } }],
  ['syslog:app,local6', { name: undefined, sink: { kind: 'syslog', tag: 'app', facility: 'local6' } }],
  ['rsyslog:h:5,3', { name: undefined, sink: { kind: 'udp', host: 'h', port: 5, priority: 3 } }],
  ['rsyslog:h', { name: undefined, sink: { kind: 'udp', host: 'h', port: 514, priority: 29 } }],
  ['socket:[::1]:5', { name: undefined, sink: { kind: 'udp', host: '::1', port: 5, priority: undefined } }],
])('logger = %s', (text, expected) => {
  expect(readLogger(text, '/srv')).toEqual(expected)
})

test.each([
  ['flie:/a', 'expected [NAME ]file, stdio, syslog'],
  ['redislog:x', '`redislog` is not available'],
  ['socket:x', 'expected HOST:PORT, got `x`'],
  ['syslog:a,nowhere', 'there is no syslog facility `nowhere`'],
  ['file:', '`file` needs a path'],
])('logger = %s is refused', (text, message) => {
  expect(() => readLogger(text, '/')).toThrow(message)
})

test('whatever is given, only a ValueError is thrown', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map((text) => `file:${text}`),
      ),
      (text) => {
        for (const read of [() => readLogger(text, '/'), () => readEncoder(text)]) {
          try {
            read()
          } catch (error) {
            expect(error).toBeInstanceOf(ValueError)
          }
        }
      },
    ),
  )
})

const stream = (more: Partial<StreamSettings>): StreamSettings => ({
  loggers: [],
  routes: [],
  encoders: [],
  drain: [],
  filter: [],
  ...more,
})

test('routes, drains and filters', async () => {
  await using folder = await temporaryFolder()
  const router = new LineRouter(
    stream({
      loggers: [readLogger('file:all', folder.path), readLogger('bad file:bad', folder.path)],
      routes: [{ logger: 'bad', pattern: 'error' }],
      encoders: encoders('prefix:bad ! '),
      drain: ['secret'],
      filter: ['line'],
    }),
  )
  for (const line of ['line 1', 'line error', 'secret line', 'other']) router.write(line)
  router.close()
  expect([await folder.read('all'), await folder.read('bad')]).toEqual(['line 1\n', '! line error\n'])
})

test('a file moves away at its size, and no line is lost', async () => {
  await using folder = await temporaryFolder()
  const lines = new FileLines(folder.join('log'), { maxSize: 10, backup: undefined })
  const numbers = Array.from({ length: 6 }, (_, index) => `line ${index}`)
  for (const line of numbers) {
    lines.write(line)
    lines.flush()
  }
  lines.close()
  const names = await folder.list()
  expect(names.length).toBeGreaterThan(2)
  const texts = await Promise.all(names.map((name) => folder.read(name)))
  expect(texts.join('').trim().split('\n').toSorted()).toEqual(numbers)
  const named = new FileLines(folder.join('other'), { maxSize: 1, backup: folder.join('other.old') })
  named.write('long')
  named.close()
  expect(await folder.read('other.old')).toBe('long\n')
})

test('datagrams to a syslog server', async () => {
  const server = createSocket('udp4')
  server.bind(0, '127.0.0.1')
  await once(server, 'listening')
  const router = new LineRouter(stream({ loggers: [readLogger(`rsyslog:127.0.0.1:${server.address().port}`, '/')] }))
  router.write('hello')
  const [message] = (await once(server, 'message')) as [Buffer]
  expect(message.toString()).toMatch(/^<29>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d hello$/)
  router.close()
  server.close()
})

test('strftime', () => {
  const time = new Date(2026, 1, 3, 14, 5, 6).getTime()
  expect(strftime('%a %A %b %e %d %H:%M:%S %I %p %j %y %Y %% %u %Q %F %T', time)).toBe(
    'Tue Tuesday Feb  3 03 14:05:06 02 PM 034 26 2026 % 2 %Q 2026-02-03 14:05:06',
  )
})

if (process.getuid?.() === 0)
  test('a link that another user put in the place of a log file is not followed, nor what it names given away', async () => {
    await using folder = await temporaryFolder()
    const secret = await folder.write('secret', 'kept')
    const [theirs, ours, plain] = ['theirs.log', 'ours.log', 'plain.log'].map((name) => folder.join(name))
    for (const path of [theirs, ours]) symlinkSync(secret, path ?? '')
    lchownSync(theirs ?? '', 65_534, 65_534)
    expect(() => new FileLines(theirs ?? '')).toThrow('symbolic link of another user')
    expect(() => giveAway(theirs ?? '', 65_534, 65_534)).toThrow('symbolic link of another user')
    linkSync(secret, folder.join('hard.log'))
    for (const path of [plain ?? '', folder.join('hard.log')]) giveAway(path, 65_534, 65_534)
    expect([statSync(plain ?? '').uid, statSync(secret).uid, await folder.read('secret')]).toEqual([65_534, 0, 'kept'])
    new FileLines(ours ?? '').close()
  })
