import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { temporaryFolder } from '@trivet/testing'
import { expect, test } from 'vitest'
import { parseSyslog, Syslog } from './syslog.ts'

test('parameters, with their defaults', () => {
  expect(parseSyslog('server=127.0.0.1')).toEqual({
    server: { host: '127.0.0.1', port: 514 },
    facility: 23,
    severity: 6,
    tag: 'nginx',
    hasHostname: true,
  })
  expect(parseSyslog('severity=alert,server=[::1]:5140,facility=user,tag=Me_1,nohostname')).toEqual({
    server: { host: '::1', port: 5140 },
    facility: 1,
    severity: 1,
    tag: 'Me_1',
    hasHostname: false,
  })
})

test.each([
  ['', 'unknown syslog parameter ""'],
  ['tag=x', 'no syslog server specified'],
  ['server=a,server=b', 'duplicate syslog "server"'],
  ['server=a,facility=no', 'unknown syslog facility "no"'],
  ['server=a,severity=err', 'unknown syslog severity "err"'],
  ['server=a,tag=a-b', 'syslog "tag" only allows alphanumeric characters and underscore'],
  [`server=a,tag=${'x'.repeat(33)}`, 'syslog tag length exceeds 32'],
  ['server=a,nohostname=1', 'unknown syslog parameter "nohostname=1"'],
  ['server=a:99999', 'invalid port in syslog server "a:99999"'],
  ['server=[x]:1', 'invalid host in syslog server "[x]:1"'],
  ['server=unix:', 'no path in the unix domain socket'],
])('%s is refused', (text, message) => {
  expect(() => parseSyslog(text)).toThrow(message)
})

test('a message is one datagram', async () => {
  const server = createSocket('udp4')
  server.bind(0, '127.0.0.1')
  await once(server, 'listening')
  const syslog = new Syslog(parseSyslog(`server=127.0.0.1:${server.address().port},facility=user`))
  const received = once(server, 'message')
  syslog.send('hello \xe9', 3)
  const [message] = (await received) as [Buffer]
  expect(message.toString('latin1')).toMatch(
    new RegExp(`^<11>[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d ${hostname().toLowerCase()} nginx: hello \xe9$`),
  )
  syslog.close()
  server.close()
})

/** Binds a unix datagram socket, says so, and prints what comes, one datagram a line. */
const receiver = `import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('bound', flush=True)
while True: print(s.recv(4096).decode('latin1'), flush=True)`

test('messages to a unix socket are sent by `logger`', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'log')
  const child = spawn('python3', ['-c', receiver, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  let received = ''
  child.stdout.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')))
  try {
    await expect.poll(() => received, { timeout: 20_000 }).toBe('bound\n')
    const named = new Syslog(parseSyslog(`server=unix:${path},facility=user,tag=me`))
    named.send('first', 3)
    const bare = new Syslog(parseSyslog(`server=unix:${path},nohostname,severity=alert`))
    bare.send(`<0>${'x'.repeat(3000)}`)
    await expect.poll(() => received.match(/\n/g)?.length, { timeout: 20_000 }).toBe(3)
    named.close()
    bare.close()
  } finally {
    child.kill()
    await once(child, 'exit')
  }
  expect(received).toMatch(/^<11>[A-Z][a-z]{2} [ \d]\d [\d:]{8} \S+ me: first$/m)
  expect(received).toMatch(/^<185>[A-Z][a-z]{2} [ \d]\d [\d:]{8} nginx: <0>x{2045}$/m)
})
