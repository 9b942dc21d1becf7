import { expect, test } from 'vitest'
import { compose } from './compose.ts'
import type { Middleware } from './contract.ts'
import { testClient } from './testing.ts'

function tag(name: string): Middleware {
  return (application) => (environ, startResponse) =>
    application({ ...environ, HTTP_X_TRAIL: `${environ['HTTP_X_TRAIL'] ?? ''}${name}` }, startResponse)
}

test('the leftmost middleware is the outermost', async () => {
  const application = compose(tag('a'), tag('b'), (environ, startResponse) => {
    startResponse('200 OK', [])
    return [Buffer.from(environ['HTTP_X_TRAIL'] ?? '')]
  })
  expect(await (await testClient(application).fetch('/')).text()).toBe('ab')
})

test('an application alone stays itself', () => {
  const application = (): [] => []
  expect(compose(application)).toBe(application)
})
