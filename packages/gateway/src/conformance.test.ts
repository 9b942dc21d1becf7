import { expect, test } from 'vitest'
import { compose } from './compose.ts'
import { conformanceApplication, conformanceCases, memoryClient, runCase } from './conformance.ts'
import type { Middleware } from './contract.ts'

/** A middleware that changes nothing must not be noticed. */
const transparent: Middleware = (application) => (environ, startResponse) => application(environ, startResponse)

const clients = {
  'in memory': memoryClient(conformanceApplication(), { lint: false }),
  'in memory, linted, behind a middleware': memoryClient(compose(transparent, conformanceApplication())),
}

for (const [where, client] of Object.entries(clients)) {
  test.for(conformanceCases)(`${where}: $name`, async (one, { skip }) => {
    const { outcome, reason } = await runCase(one, client)
    skip(outcome === 'skip', reason)
    expect(reason).toBe('')
  })
}
