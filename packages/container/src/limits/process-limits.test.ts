import { expect, test } from 'vitest'
import { limited, processorsOf } from './process-limits.ts'

const none = { addressSpace: undefined, processes: undefined, descriptors: undefined, processors: undefined }

test('a command without limits is itself', () => {
  expect(limited(none, 'node', ['a'])).toEqual(['node', ['a']])
  expect(limited({ ...none, addressSpace: 1024, processes: 5 }, 'node', ['a'])).toEqual([
    'prlimit',
    ['--as=1024', '--nproc=5', '--', 'node', 'a'],
  ])
})

test('processors go round', () => {
  expect([0, 1, 2].map((slot) => processorsOf(slot, 2, 4))).toEqual([
    [0, 1],
    [2, 3],
    [0, 1],
  ])
  expect(processorsOf(1, 8, 2)).toEqual([0, 1])
})
