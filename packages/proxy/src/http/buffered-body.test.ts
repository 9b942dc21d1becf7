import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '@trivet/testing'
import { expect, test } from 'vitest'
import type { CoreSettings } from '../model/core-settings.ts'
import { BufferedBody } from './buffered-body.ts'
import { RequestBody } from './request-body.ts'
import type { Connection } from './connection.ts'

/** Reads a chunked body of single bytes that has come whole; what the listener was told. */
function read(folder: string, size: number): { readonly body: BufferedBody; readonly told: (number | string)[] } {
  const told: (number | string)[] = []
  const source = new RequestBody({ wantBody: () => {} } as unknown as Connection, -1, false)
  const core = { clientMaxBodySize: 0, clientBodyBufferSize: 4, clientBodyTempPath: folder, bodyInFileOnly: 'off' }
  const body = new BufferedBody(source, core as unknown as CoreSettings, {
    onBody: (status) => told.push(status),
    log: (_level, message) => told.push(message),
  })
  body.start()
  source.take(Buffer.from(`${'1\r\na\r\n'.repeat(size)}0\r\n\r\n`))
  return { body, told }
}

test('a body that does not fit into memory is in a file, in the order in which it came', async () => {
  await using folder = await temporaryFolder()
  const { body, told } = read(join(folder.path, 'body'), 100)
  expect(told).toEqual([0])
  expect(readFileSync(body.file ?? '', 'latin1')).toBe('a'.repeat(100))
  expect(body.readFile(98, 10).toString()).toBe('aa')
  body.dispose()
  expect(() => readFileSync(body.file ?? '')).toThrow('ENOENT')
})

test('a file that cannot be made is a 500, told once', () => {
  const { body, told } = read('/dev/null/body', 100)
  expect(told).toEqual([expect.stringMatching(/^open\(\) in "\/dev\/null\/body" failed \(20: Not a directory\)/), 500])
  body.dispose()
})

test('a file that somebody has removed is no failure', async () => {
  await using folder = await temporaryFolder()
  const { body, told } = read(folder.path, 100)
  await folder.remove()
  body.dispose()
  expect(told).toEqual([0])
})
