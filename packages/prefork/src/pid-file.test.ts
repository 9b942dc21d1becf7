import { mkdirSync, statSync, symlinkSync } from 'node:fs'
import { temporaryFolder } from '@trivet/testing'
import { expect, test } from 'vitest'
import { PidFile } from './pid-file.ts'

test('holds this process until it is removed', async () => {
  await using folder = await temporaryFolder()
  const file = new PidFile(folder.join('master.pid'))
  file.write()
  expect(await folder.read('master.pid')).toBe(`${process.pid}\n`)
  expect(PidFile.read(file.path)).toBe(process.pid)
  file.remove()
  file.remove()
  expect(await folder.list()).toEqual([])
})

test('another process that wrote its own number keeps it', async () => {
  await using folder = await temporaryFolder()
  const file = new PidFile(folder.join('master.pid'))
  file.write()
  await folder.write('master.pid', '1\n')
  file.remove()
  expect(PidFile.read(file.path)).toBe(1)
})

test('no number in it, no number out of it', async () => {
  await using folder = await temporaryFolder()
  for (const content of ['', 'nginx', '-1', '0', '12x', '99999999999']) {
    expect(PidFile.read(await folder.write('x.pid', content))).toBeUndefined()
  }
})

test('a folder that is missing is an error', () => {
  expect(() => new PidFile('/no/such/folder/x.pid').write()).toThrow('ENOENT')
})

test('it is its owner’s to write, whatever the umask, and no link leads the number elsewhere', async () => {
  await using folder = await temporaryFolder()
  const secret = await folder.write('secret', 'kept')
  symlinkSync(secret, folder.join(`x.pid.${process.pid}`))
  const before = process.umask(0)
  new PidFile(folder.join('x.pid')).write()
  process.umask(before)
  expect([statSync(folder.join('x.pid')).mode & 0o777, await folder.read('secret')]).toEqual([0o644, 'kept'])
})

test('a place that cannot be taken leaves nothing beside it', async () => {
  await using folder = await temporaryFolder()
  mkdirSync(folder.join('x.pid'))
  expect(() => new PidFile(folder.join('x.pid')).write()).toThrow('EISDIR')
  expect(await folder.list()).toEqual(['x.pid'])
})
