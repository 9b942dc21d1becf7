import { expect, test } from 'vitest'
import { parseListen } from './listen.ts'

test.each([
  ['80', ['0.0.0.0:80']],
  ['*:81', ['0.0.0.0:81']],
  ['127.0.0.1', ['127.0.0.1:8000']],
  ['127.0.0.1:8080-8082', ['127.0.0.1:8080', '127.0.0.1:8081', '127.0.0.1:8082']],
  ['localhost:90', ['127.0.0.1:90']],
  ['[::]:80', ['[::]:80']],
  ['unix:/run/x.sock', ['unix:/run/x.sock']],
])('listen %s', (text, addresses) => {
  expect(parseListen([text], 8000).specs.map((spec) => spec.text)).toEqual(addresses)
})

test('options', () => {
  const { specs, isDefault } = parseListen(
    ['80', 'default_server', 'backlog=64', 'reuseport', 'ipv6only=off', 'so_keepalive=on'],
    80,
  )
  expect(isDefault).toBe(true)
  expect(specs[0]).toMatchObject({ backlog: 64, reusePort: true, ipv6Only: false, keepalive: { idle: 0 } })
})

test.each([
  ['off', undefined],
  ['on', { idle: 0, interval: 0, count: 0 }],
  ['30m::10', { idle: 1_800_000, interval: 75_000, count: 10 }],
  [':5s', { idle: 7_200_000, interval: 5000, count: 9 }],
])('so_keepalive=%s', (value, probes) => {
  expect(parseListen(['80', `so_keepalive=${value}`], 80).specs[0]?.keepalive).toEqual(probes)
})

test.each([
  [['80', 'so_keepalive=maybe'], /invalid so_keepalive value: "maybe"/],
  [['80', 'so_keepalive=::0'], /invalid so_keepalive value/],
  [['80', 'ssl'], /TLS is not supported yet/],
  [['80', 'http2'], /HTTP\/2 is not supported yet/],
  [['80', 'nonsense'], /invalid parameter "nonsense"/],
  [['0'], /invalid port/],
  [['70000'], /invalid port/],
  [['no.such.name:80'], /host not found/],
  [['unix:'], /no path/],
])('%j is refused', (words, message) => {
  expect(() => parseListen(words, 80)).toThrow(message)
})
