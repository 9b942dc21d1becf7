import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ValueError } from '../config/convert.ts'
import { splitQuoted } from '../config/key-values.ts'
import { readDaemon, readKeyedDaemon, readSignal, readSmartDaemon } from './settings.ts'
import { throttle } from './throttle.ts'

test('attach-daemon2 by keys', () => {
  expect(
    readKeyedDaemon("cmd='redis-server --port 1, 2',freq=3,stopsignal=INT,touch=a;/b,max_throttle=9,chdir=sub", '/srv'),
  ).toMatchObject({
    command: 'redis-server --port 1, 2',
    frequency: 3,
    stopSignal: 2,
    touch: ['/srv/a', '/b'],
    maxThrottle: 9,
    directory: '/srv/sub',
    pidFile: undefined,
  })
  expect(readKeyedDaemon('command=x,pidfile=x.pid,daemonize=1,reloadsignal=1', '/srv')).toMatchObject({
    pidFile: '/srv/x.pid',
    daemonize: true,
    reloadSignal: 1,
  })
})

test('smart-attach-daemon has a pid file before the command', () => {
  expect(readSmartDaemon('/run/x.pid,5 memcached -d', '/srv')).toMatchObject({
    pidFile: '/run/x.pid',
    frequency: 5,
    command: 'memcached -d',
  })
})

test.each([
  [() => readDaemon(' ', '/'), 'expected a command'],
  [() => readSmartDaemon('memcached', '/'), 'expected PIDFILE[,SECONDS] COMMAND'],
  [() => readKeyedDaemon('freq=1', '/'), 'needs `cmd`'],
  [() => readKeyedDaemon('cmd=x,stopsingal=2', '/'), 'did you mean `stopsignal`?'],
  [() => readKeyedDaemon('cmd=x,legion=y', '/'), 'there are no legions here'],
  [() => readKeyedDaemon('cmd=x,ns_pid=1', '/'), 'unshare'],
  [() => readKeyedDaemon('cmd=x,stopsignal=99', '/'), "expected a signal's number or name, got `99`"],
  [() => readKeyedDaemon('x', '/'), 'expected key=value'],
])('%s is refused: %s', (read, message) => {
  expect(read).toThrow(message)
})

test('signals by number and name', () => {
  expect([readSignal('15'), readSignal('TERM'), readSignal('SIGUSR1')]).toEqual([15, 15, 10])
})

test('the throttle grows with the starts and has a ceiling', () => {
  expect([
    throttle(0, Infinity, 300),
    throttle(1, 4, 300),
    throttle(1, 0, 300),
    throttle(5, 1, 300),
    throttle(500, 0, 300),
  ]).toEqual([0, 0, 1, 4, 300])
})

test('parts put together again are the text', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(splitQuoted(text, ',').join(',')).toBe(text)
      try {
        readKeyedDaemon(text, '/')
      } catch (error) {
        expect(error).toBeInstanceOf(ValueError)
      }
    }),
  )
})
