/** The gateway suite over HTTP. */
import {
  badApplication,
  badApplicationCases,
  conformanceApplication,
  conformanceCases,
  httpClient,
  runCase,
  stillAlive,
} from '@trivet/gateway/conformance'
import { afterAll, expect, test } from 'vitest'
import { Front } from './serving.ts'

const application = conformanceApplication()
await application.start?.()
const front = await Front.start(application, { environ: { 'conformance.deployer': 'yes' } })
afterAll(() => front[Symbol.asyncDispose]())
const client = httpClient(front.address, { log: () => front.errors.join('\n') })

test.for(conformanceCases)('$name', async (one) => {
  const { outcome, reason } = await runCase(one, client)
  // What a wire cannot carry is a limit with a reason, which the matrix shows; everything else passes.
  if (outcome === 'skip') expect(reason).not.toBe('')
  else expect(reason).toBe('')
})

test.for(badApplicationCases)('$name', async (one) => {
  const errors: string[] = []
  await using bad = await Front.start(badApplication, {
    onError: (error) => errors.push(`${'code' in error ? String(error.code) : ''}: ${error.message}`),
  })
  const asking = httpClient(bad.address, { log: () => errors.join('\n') })
  expect(await runCase(one, asking)).toEqual({ name: one.name, outcome: 'pass', reason: '' })
  expect((await runCase(stillAlive, asking)).reason).toBe('')
  expect(errors.length).toBe(one.logged === undefined ? 0 : 1)
  await bad.server.drain(1000)
  expect(bad.server.connections).toBe(0)
})
