/** The gateway suite over uwsgi: an HTTP front that forwards every call to a uwsgi front. */
import { conformanceApplication, conformanceCases, httpClient, runCase } from '@trivet/gateway/conformance'
import { serve as serveHttp } from '@trivet/http1/gateway'
import { temporaryFolder } from '@trivet/testing'
import type { AddressInfo } from 'node:net'
import { afterAll, expect, test } from 'vitest'
import { forward, serve } from '../src/gateway.ts'

const application = conformanceApplication()
await application.start?.()
const folder = await temporaryFolder()
const path = folder.join('app.sock')
const errors: Error[] = []
const quiet = { log: () => {} }
const environ = { 'conformance.deployer': 'yes' }
const behind = serve(application, { ...quiet, environ, onError: (error) => errors.push(error) })
await behind.listen({ path })
const front = serveHttp(forward(`unix:${path}`), { ...quiet, onError: () => {} })
await front.listen({ host: '127.0.0.1', port: 0 })
afterAll(async () => {
  await front.close()
  behind.close()
  await folder.remove()
})
const { port } = front.address() as AddressInfo
const client = httpClient({ host: '127.0.0.1', port }, { log: () => errors.join('\n') })

const skips = {
  'no CONTENT_LENGTH where none was sent':
    'forward says CONTENT_LENGTH 0 where the client said none: uwsgi frames bodies by it',
}

test.for(conformanceCases)('$name', async (one) => {
  const { outcome, reason } = await runCase(one, client, skips)
  // What a wire cannot carry is a limit with a reason, which the matrix shows; everything else passes.
  if (outcome === 'skip') expect(reason).not.toBe('')
  else expect(reason).toBe('')
})
