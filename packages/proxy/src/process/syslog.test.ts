import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { hostname } from 'node:os'
import { expect, test } from 'vitest'
import { parseSyslog, Syslog } from './syslog.ts'

test('parameters, with their defaults', () => {
  expect(parseSyslog('server=127.0.0.1')).toEqual({
    host: '127.0.0.1',
    port: 514,
    facility: 23,
    severity: 6,
    tag: 'nginx',
    hasHostname: true,
  })
  expect(parseSyslog('severity=alert,server=[::1]:5140,facility=user,tag=Me_1,nohostname')).toEqual({
    host: '::1',
    port: 5140,
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
  ['server=unix:/dev/log', 'Node has no datagram sockets of that kind'],
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
