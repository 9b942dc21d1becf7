import fc from 'fast-check'
import { expect, test } from 'vitest'
import { escapeUri, normalizeUri, resolveDots, unescapeRedirect, unescapeUri } from './uri.ts'

test.each([
  ['/', '/', ''],
  ['/foo/bar?a=b', '/foo/bar', 'a=b'],
  ['/foo//bar', '/foo/bar', ''],
  ['/foo/./bar/.', '/foo/bar/', ''],
  ['/foo/../bar', '/bar', ''],
  ['/foo/..?x', '/', 'x'],
  ['/a%2fb', '/a/b', ''],
  ['/a/%2e%2e/b', '/b', ''],
  ['/a%23b', '/a#b', ''],
  ['/a%3fb?c', '/a?b', 'c'],
  ['/a%25b', '/a%b', ''],
  ['/foo#bar', '/foo', ''],
  ['/foo?a#b', '/foo', 'a'],
  ['/...', '/...', ''],
])('%s is %s with arguments "%s"', (target, path, args) => {
  expect(normalizeUri(target, true)).toEqual({ path, args })
})

test.each(['/..', '/../etc/passwd', '/a/../../b', '/%2e%2e/b', '/%', '/%g1', '/%00', '/a\0b'])(
  '%j is refused',
  (target) => {
    expect(normalizeUri(target, true)).toBeUndefined()
  },
)

test('slashes stay apart when they are not to be merged', () => {
  expect(normalizeUri('/a//b', false)?.path).toBe('/a//b')
})

const targets = fc
  .array(fc.constantFrom('/', '.', '..', 'a', '%2e', '%2F', '%25', '#', '?', 'é', '//', '%41'), { maxLength: 20 })
  .map((parts) => `/${parts.join('')}`)

test('a normal path never leaves the root and stays as it is', () => {
  fc.assert(
    fc.property(targets, (target) => {
      const normal = normalizeUri(target, true)
      if (normal === undefined) return
      expect(normal.path.startsWith('/')).toBe(true)
      expect(normal.path.split('/')).not.toContain('..')
      expect(normal.path.split('/')).not.toContain('.')
      expect(resolveDots(normal.path, true)).toBe(normal.path)
      expect(normalizeUri(escapeUri(normal.path), true)?.path).toBe(normal.path)
    }),
  )
})

test('escaping can be taken back', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) }),
      (text) => {
        expect(unescapeUri(escapeUri(text))).toBe(text)
      },
    ),
  )
})

test('redirects keep escapes that must stay', () => {
  expect(unescapeRedirect('/a%20b%41?c=%41')).toBe('/a%20bA?c=%41')
})
