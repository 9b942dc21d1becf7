import { expect, test } from 'vitest'
import { compose } from './compose.ts'
import { conformanceApplication, conformanceCases, memoryClient, runCase } from './conformance.ts'
import type { Environ, Middleware } from './contract.ts'

/** A middleware that changes nothing must not be noticed. */
const transparent: Middleware = (application) => (environ, startResponse) => application(environ, startResponse)

const clients = {
  'in memory': memoryClient(conformanceApplication(), { lint: false }),
  'in memory, linted, behind a middleware': memoryClient(compose(transparent, conformanceApplication())),
}

for (const [where, client] of Object.entries(clients)) {
  test.for(conformanceCases)(`${where}: $name`, async (one) => {
    const { outcome, reason } = await runCase(one, client)
    // What a wire cannot carry is a limit with a reason, which the matrix shows; everything else passes.
    if (outcome === 'skip') expect(reason).not.toBe('')
    else expect(reason).toBe('')
  })
}

let shared: Environ | undefined
const broken: Readonly<Record<string, Middleware>> = {
  'repeated fields keep their number and order': (application) => (environ, startResponse) =>
    application(environ, (status, headers, excInfo) => startResponse(status, [...new Map(headers)], excInfo)),
  'environ is fresh for each request and a plain object': (application) => (environ, startResponse) =>
    application((shared = Object.assign(shared ?? environ, { PATH_INFO: environ.PATH_INFO })), startResponse),
  'any status and reason': (application) => (environ, startResponse) =>
    application(environ, (status, headers, excInfo) => startResponse(`${status.slice(0, 3)} OK`, headers, excInfo)),
  'excInfo before the headers replaces them': (application) => (environ, startResponse) =>
    application(environ, (status, headers) => startResponse(status, headers)),
  'an application is called with two arguments, again and again': (application) => (environ, startResponse) =>
    (application as (...args: unknown[]) => ReturnType<typeof application>)(environ, startResponse, 'more'),
}

test.for(Object.entries(broken))('a middleware that breaks it fails: %s', async ([name, middleware]) => {
  const client = memoryClient(middleware(conformanceApplication()), { lint: false })
  const one = conformanceCases.find((candidate) => candidate.name === name)
  const result = one === undefined ? undefined : await runCase(one, client)
  expect(result?.outcome).toBe('fail')
})
