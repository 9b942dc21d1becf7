/** Nothing is lost while a tier is reloaded, and a killed worker takes down its own requests alone. */
import { eventually, groupMembers, underLoad } from '@trivet/testing'
import { fetch } from 'undici'
import { expect, test } from 'vitest'
import { startStack } from './stack.ts'

test('the container reloads under load without a failed request', async () => {
  await using stack = await startStack({ processes: 2 })
  const text = async (path: string): Promise<string> => await (await fetch(stack.origin + path)).text()
  const old = new Set<string>()
  for (let i = 0; i < 50; i += 1) old.add(await text('/pid'))
  const result = await underLoad(
    stack.address,
    async () => {
      stack.container.signal('SIGHUP')
      await eventually(async () => !old.has(await text('/pid')), { what: 'a worker of the new generation' })
    },
    // A POST is not sent again by anybody when its connection is closed under it.
    { path: '/echo', method: 'POST', body: 'x'.repeat(1000), connections: 16 },
  )
  expect(result.failures).toEqual([])
  await eventually(() => groupMembers(stack.container.pid).length === 3, { what: 'the old workers to leave' })
  await stack.stop()
})

test('the proxy reloads under load without a failed request, and an answer under way is finished', async () => {
  await using stack = await startStack({ processes: 1 })
  const waiting = fetch(`${stack.origin}/wait/reload`).then(async (answer) => await answer.text())
  waiting.catch(() => {}) // it is awaited below, unless something else fails first
  await fetch(`${stack.origin}/hello`)
  const before = new Set(groupMembers(stack.front.pid).map((member) => member.pid))
  const result = await underLoad(
    stack.address,
    async () => {
      stack.front.signal('SIGHUP')
      const fresh = (): boolean => groupMembers(stack.front.pid).some((member) => !before.has(member.pid))
      await eventually(fresh, { what: 'a new worker' })
    },
    { path: '/hello', after: 400 },
  )
  expect(result.failures).toEqual([])
  await fetch(`${stack.origin}/open/reload`)
  expect(await waiting).toBe('reload waited')
  await stack.stop()
})

test('a killed worker takes only its own requests with it', async () => {
  await using stack = await startStack({ processes: 2 })
  const result = await underLoad(
    stack.address,
    async () => {
      const victim = await (await fetch(`${stack.origin}/pid`)).text()
      const answer = await fetch(`${stack.origin}/crash`)
      expect(answer.status).toBe(502)
      await eventually(() => groupMembers(stack.container.pid).length === 3, { what: `a successor of ${victim}` })
    },
    { path: '/hello', connections: 4 },
  )
  // Each of the connections may have had one request in the killed worker; it is retried on the other or fails.
  expect(result.failures.length).toBeLessThanOrEqual(4)
  await stack.stop()
})

test('a master killed outright leaves no orphan', async () => {
  await using stack = await startStack({ processes: 2 })
  for (const child of [stack.front, stack.container]) {
    child.signal('SIGKILL')
    await child.untilExit()
    await eventually(() => groupMembers(child.pid).length === 0, { what: 'the workers to leave' })
  }
})
