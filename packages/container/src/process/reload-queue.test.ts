import { expect, test } from 'vitest'
import type { ContainerConfig } from '../config/model.ts'
import { ReloadQueue, type ReloadRequest } from './reload-queue.ts'

/** A queue whose reloads end when they are told to. */
function make(): { queue: ReloadQueue; runs: ReloadRequest[]; end: (error?: Error) => void } {
  const runs: ReloadRequest[] = []
  const ends: ((error?: Error) => void)[] = []
  const queue = new ReloadQueue(async (request) => {
    runs.push(request)
    await new Promise<void>((resolve, reject) => ends.push((error) => (error ? reject(error) : resolve())))
  })
  return { queue, runs, end: (error) => ends.shift()?.(error) }
}

const turn = async (): Promise<void> => await new Promise((resolve) => setImmediate(resolve))
const read = async (): Promise<ContainerConfig> => await Promise.reject(new Error('never read here'))

test('what is asked for before the start, and during a reload, is one more reload each', async () => {
  const { queue, runs, end } = make()
  const first = queue.request({})
  expect(queue.request({ read })).toBe(first)
  await turn()
  expect(runs).toEqual([])
  queue.open()
  await turn()
  expect(runs).toEqual([{ read, chain: false, graceful: true }])
  const second = queue.request({ chain: true })
  expect([queue.request({ chain: true, graceful: false }), queue.request({ chain: true })]).toEqual([second, second])
  end()
  await first
  await turn()
  expect(runs[1]).toEqual({ read: undefined, chain: true, graceful: false })
  end()
  await second
  expect(runs).toHaveLength(2)
})

test('one that fails is told to those who asked for it, and the next is done', async () => {
  const { queue, runs, end } = make()
  queue.open()
  const first = queue.request({})
  await turn()
  const second = queue.request({})
  end(new Error('it does not load'))
  await expect(first).rejects.toThrow('it does not load')
  await turn()
  expect(runs).toHaveLength(2)
  end()
  await second
})
