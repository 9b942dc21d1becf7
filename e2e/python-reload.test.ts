/** Nothing is lost while Python workers are replaced. */
import { eventually, groupMembers, underLoad, withPeers } from '@trivet/testing'
import { fetch } from 'undici'
import { expect } from 'vitest'
import { fixture, startStack } from './stack.ts'

withPeers('python3').test('Python workers are replaced under load without a failed request', async () => {
  const application = ['--wsgi-file', fixture('probe.py'), '--disable-logging']
  await using stack = await startStack({ processes: 2, application })
  const pid = async (): Promise<string> => await (await fetch(`${stack.origin}/pid`)).text()
  const old = new Set<string>()
  for (let i = 0; i < 20; i += 1) old.add(await pid())
  for (const method of ['POST', 'GET']) {
    const result = await underLoad(
      stack.address,
      async () => {
        stack.container.signal('SIGHUP')
        await eventually(async () => !old.has(await pid()), { what: 'a worker of the new generation', timeout: 30_000 })
      },
      { path: '/echo', method, ...(method === 'POST' ? { body: 'x'.repeat(1000) } : {}), connections: 16 },
    )
    expect(result.failures).toEqual([])
    for (let i = 0; i < 20; i += 1) old.add(await pid())
  }
  // The master, a zygote and its two children.
  await eventually(() => groupMembers(stack.container.pid).length === 4, { what: 'the old workers to leave' })
  await stack.stop()
})
