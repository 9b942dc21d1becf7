import { runToEnd, temporaryFolder } from '@trivet/testing'
import { expect, test } from 'vitest'
import { EntryStore } from './entry-store.ts'

test('keeps entries, newest first, across openings', async () => {
  await using folder = await temporaryFolder()
  const first = new EntryStore(folder.join('book.sqlite'))
  const { createdAt } = first.add({ name: 'Ada', message: 'hi', picture: 'a.png' })
  first.add({ name: 'Bob', message: 'ho' })
  first.close()
  const second = new EntryStore(folder.join('book.sqlite'))
  expect(second.before(10, 10)).toEqual([
    { id: 2, name: 'Bob', message: 'ho', picture: undefined, createdAt: expect.any(Date) },
    { id: 1, name: 'Ada', message: 'hi', picture: 'a.png', createdAt },
  ])
  expect(second.since(1).map((entry) => entry.id)).toEqual([2])
  expect(second.totals()).toEqual({ count: 2, last: 2 })
  second.close()
})

test('processes that open it and write at the same moment lose nothing', async () => {
  await using folder = await temporaryFolder()
  const script = `
    const { EntryStore } = await import(${JSON.stringify(new URL('entry-store.ts', import.meta.url).href)})
    const store = new EntryStore(${JSON.stringify(folder.join('book.sqlite'))})
    for (let i = 0; i < 50; i += 1) store.add({ name: String(process.pid), message: String(i) })
    store.close()`
  const runs = Array.from(
    { length: 4 },
    async () => await runToEnd(process.execPath, ['--input-type=module', '-e', script]),
  )
  for (const run of await Promise.all(runs)) expect(run).toMatchObject({ code: 0 })
  const store = new EntryStore(folder.join('book.sqlite'))
  expect(store.totals().count).toBe(200)
  store.close()
})
