import { expect, test } from 'vitest'
import type { ContainerConfig } from '../config/model.ts'
import { readOptions } from '../config/read.ts'
import type { ContainerOptions } from '../container-options.ts'
import { checkReload, keptSettings, withFixed } from './fixed-settings.ts'

const read = (options: ContainerOptions): ContainerConfig =>
  readOptions({ module: 'app.ts', httpSocket: ':8080', ...options }, { cwd: '/srv', environment: {} }).config

const before = read({ pidfile: 'a.pid', logto: 'a.log', listen: 10, processes: 1 })

test('what workers could not live with refuses a reload', () => {
  expect(() => checkReload(before, read({ httpSocket: ':8081' }))).toThrow('`http` differs: that needs a restart')
  expect(() => checkReload(before, read({ gid: '1' }))).toThrow('`uid` or `gid` differs')
  expect(() => checkReload(before, read({ runtime: 'python' }))).toThrow('`runtime` differs')
  checkReload(before, read({ processes: 4 }))
})

test('what was done once is told, and stays', () => {
  const next = read({ pidfile: 'b.pid', logto: 'b.log', listen: 20, masterFifo: 'f', processes: 4, vacuum: true })
  expect(keptSettings(before, before)).toEqual([])
  expect(keptSettings(before, next)).toEqual([
    '`listen`',
    'where the log goes',
    '`pidfile` or a relative of it',
    '`master-fifo`',
  ])
  const taken = withFixed(before, next)
  expect([taken.files.pidFile, taken.log.file, taken.sockets.backlog]).toEqual(['/srv/a.pid', '/srv/a.log', 10])
  expect([taken.files.vacuum, taken.workers.processes]).toEqual([true, 4])
})
