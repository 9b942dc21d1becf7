import { open } from 'node:fs/promises'
import { afterAll, expect, test } from 'vitest'
import { temporaryFolder } from '@trivet/testing'
import { Recorder } from '../../test/recorder.ts'
import type { Body } from '../contract.ts'
import { fileWrapper } from './file-wrapper.ts'

const folder = await temporaryFolder()
const path = await folder.write('digits', '0123456789')
afterAll(() => folder[Symbol.asyncDispose]())

test.for<[{ offset?: number; length?: number }, number, string[]]>([
  [{}, 4, ['0123', '4567', '89']],
  [{ offset: 2, length: 5 }, 4, ['2345', '6']],
  [{ offset: 8, length: 99 }, 4, ['89']],
])('%o in blocks of %i', async ([range, blockSize, expected]) => {
  const file = await open(path)
  const sink = new Recorder()
  let closed = 0
  await sink.run((_environ, startResponse) => {
    startResponse('200 OK', [])
    const close = (): Promise<void> => {
      closed += 1
      return file.close()
    }
    return fileWrapper({ fd: file.fd, ...range, close }, blockSize) as Body
  })
  expect(sink.calls.filter((call) => call.startsWith('write ')).map((call) => call.slice(6))).toEqual(expected)
  expect([closed, sink.errors]).toEqual([1, []])
})
