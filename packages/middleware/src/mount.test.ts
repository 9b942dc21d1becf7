import type { Application } from '@trivet/gateway'
import { testClient } from '@trivet/gateway/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mount } from './mount.ts'

const named = (name: string): Application => {
  return (environ, startResponse) => {
    startResponse('200 OK', [['Content-Type', 'text/plain']])
    return [Buffer.from(`${name} ${environ.SCRIPT_NAME}|${environ.PATH_INFO}`)]
  }
}
const ask = async (application: Application, path: string): Promise<string> =>
  (await testClient(application).fetch(path)).text()

test('the longest prefix wins, by whole segments', async () => {
  const site = mount({ '/': named('root'), '/api': named('api'), '/api/v2/': named('v2') })
  expect(await ask(site, '/api')).toBe('api /api|')
  expect(await ask(site, '/api/')).toBe('api /api|/')
  expect(await ask(site, '/api/v2/x')).toBe('v2 /api/v2|/x')
  expect(await ask(site, '/api/v22')).toBe('api /api|/v22')
  expect(await ask(site, '/apis')).toBe('root |/apis')
})

test('prefixes add up, and are compared decoded', async () => {
  expect(await ask(mount({ '/a': mount({ '/b': named('b') }) }), '/a/b/c')).toBe('b /a/b|/c')
  expect(await ask(mount({ '/café': named('café') }), '/caf%C3%A9/x')).toContain('|/x')
})

test('what no prefix takes is a 404, or the fallback’s', async () => {
  expect((await testClient(mount({ '/api': named('api') })).fetch('/')).status).toBe(404)
  expect(await ask(mount({ '/api': named('api') }, named('else')), '/other')).toBe('else |/other')
})

test('the environ outside stays as it came, and hooks added inside are called', async () => {
  const seen: string[] = []
  const inner: Application = (environ, startResponse) => {
    environ['tsgi.response_finished']?.push(() => seen.push('finished'))
    return named('inner')(environ, startResponse)
  }
  const outer: Application = (environ, startResponse) => {
    const body = mount({ '/a': inner })(environ, startResponse)
    seen.push(environ.PATH_INFO)
    return body
  }
  await ask(outer, '/a/b')
  expect(seen).toEqual(['/a/b', 'finished'])
})

test('a prefix without its slash is refused at once', () => {
  expect(() => mount({ api: named('api') })).toThrow(expect.objectContaining({ code: 'option-invalid' }))
})

test('whatever the path, SCRIPT_NAME and PATH_INFO together are the path', async () => {
  const site = mount({ '/': named(''), '/a': named(''), '/a/b': named('') })
  const segment = fc.constantFrom('', 'a', 'b', 'ab')
  await fc.assert(
    fc.asyncProperty(fc.array(segment, { maxLength: 5 }), async (segments) => {
      const path = `/${segments.join('/')}`
      const answer = await ask(site, `http://localhost${path}`)
      expect(answer.replace(' ', '').replace('|', '')).toBe(path)
    }),
  )
})

test('start and stop of all are called, each once, in order and back', async () => {
  const calls: string[] = []
  const living = (name: string): Application =>
    Object.assign(named(name), { start: () => void calls.push(`+${name}`), stop: () => void calls.push(`-${name}`) })
  const shared = living('a')
  const client = testClient(mount({ '/a': shared, '/b': living('b'), '/again': shared }, living('rest')))
  await client.fetch('/a')
  await client.fetch('/b')
  await client.close()
  expect(calls).toEqual(['+a', '+b', '+rest', '-rest', '-b', '-a'])
  expect(Object.keys(mount({ '/a': named('a') }))).toEqual([])
})
