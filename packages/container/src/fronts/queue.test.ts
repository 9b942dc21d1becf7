import type { Application } from '@trivet/gateway'
import { testClient } from '@trivet/gateway/testing'
import { ClientError, type ClientErrorCode } from '@trivet/http1/client'
import { expect, test } from 'vitest'
import { Queue } from './queue.ts'

/** Answers when it is told to, in the order of the requests. */
function held(): { readonly application: Application; readonly answer: (() => void)[] } {
  const answer: (() => void)[] = []
  const application: Application = async (_environ, startResponse) => {
    await new Promise<void>((resolve) => answer.push(resolve))
    startResponse('200 OK', [])
    return []
  }
  return { application, answer }
}

test('those beyond what the workers can take wait, the oldest first', async () => {
  const { application, answer } = held()
  let share = 2
  const queue = new Queue(() => share)
  const client = testClient(queue.before(application), { lint: false })
  const before = Date.now()
  const requests = [1, 2, 3, 4].map(() => client.fetch('/'))
  await expect.poll(() => answer.length).toBe(4)
  expect(queue.figures.queued).toBe(2)
  expect(queue.figures.queuedSince).toBeGreaterThanOrEqual(before)
  share = 3
  expect(queue.figures.queued).toBe(1)
  answer[0]?.()
  await requests[0]
  expect(queue.figures).toMatchObject({ queued: 0, queuedSince: 0 })
  for (const one of answer) one()
  await Promise.all(requests)
})

test('a client that leaves waits no more', () => {
  const queue = new Queue(() => 0)
  const leaving = new AbortController()
  const application = queue.before(() => new Promise(() => {}))
  void application({ 'tsgi.signal': leaving.signal } as never, () => () => {})
  expect(queue.figures.queued).toBe(1)
  leaving.abort()
  expect(queue.figures.queued).toBe(0)
})

test('what fails is counted by what prevented it', () => {
  const queue = new Queue(() => 1)
  const codes: ClientErrorCode[] = ['refused', 'connect-timeout', 'read-timeout', 'closed', 'aborted']
  for (const code of codes) queue.failed(new ClientError(code, 'head', false, 'unix:/a'))
  expect(queue.figures).toMatchObject({ queueRefused: 1, queueTimedOut: 2 })
})
