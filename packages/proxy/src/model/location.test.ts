import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Request } from '../http/request.ts'
import { LocationTree, type Location, type LocationName } from './location.ts'
import { compilePattern } from './pattern.ts'

/** A location of a test: `= /x`, `^~ /x`, `~ x`, `/x`; with `>` in front `/x/` also answers `/x` by a redirect. */
function location(text: string, inner: readonly Location[] = []): Location {
  const [, mark, modifier = '', path = ''] = /^(>?)(?:(=|\^~|~) )?(.*)$/.exec(text) ?? []
  const kinds: Readonly<Record<string, LocationName>> = {
    '=': { kind: 'exact', text: path },
    '^~': { kind: 'prefix-final', text: path },
    '~': { kind: 'regex', text: path, pattern: compilePattern(modifier === '~' ? path : '', false), bind: [] },
    '': { kind: 'prefix', text: path },
  }
  const name = kinds[modifier]
  if (name === undefined) throw new Error(text)
  return { name, autoRedirect: mark === '>', nested: new LocationTree(inner) } as Location
}

function find(tree: LocationTree, uri: string): string {
  const request = { uri, location: undefined as unknown as Location, captures: null }
  const found = tree.find(request as unknown as Request)
  return found === 'none'
    ? 'none'
    : `${found === 'redirect' ? 'redirect ' : ''}${request.location.name.kind} ${request.location.name.text}`
}

const tree = new LocationTree([
  location('/'),
  location('= /exact'),
  location('/a', [location('/a/b', [location('~ \\.deep$')]), location('~ \\.in$'), location('= /a/only')]),
  location('^~ /final', [location('~ \\.in$')]),
  location('~ ^/re/\\d+$'),
  location('~ \\.out$'),
  location('~ \\.(?:in|out)$'),
  location('>/slash/'),
])

test.each([
  ['/', 'prefix /'],
  ['/exact', 'exact /exact'],
  ['/exact/', 'prefix /'],
  ['/other', 'prefix /'],
  ['/abc', 'prefix /a'],
  ['/a/b/c', 'prefix /a/b'],
  ['/a/b/c.deep', 'regex \\.deep$'],
  ['/a/x.in', 'regex \\.in$'],
  ['/a/b/x.in', 'regex \\.in$'],
  ['/a/only', 'exact /a/only'],
  ['/a/x.out', 'regex \\.out$'],
  ['/final/x.out', 'prefix-final /final'],
  ['/final/x.in', 'regex \\.in$'],
  ['/re/12', 'regex ^/re/\\d+$'],
  ['/x.in', 'regex \\.(?:in|out)$'],
  ['/slash', 'redirect prefix /slash/'],
  ['/slash/x', 'prefix /slash/'],
])('%s meets %s', (uri, name) => {
  expect(find(tree, uri)).toBe(name)
})

test('a location of that very name wins over the redirect', () => {
  expect(find(new LocationTree([location('>/x/'), location('/x')]), '/x')).toBe('prefix /x')
  expect(find(new LocationTree([location('>/x/'), location('= /x')]), '/x')).toBe('exact /x')
})

test('no location at all', () => {
  expect(find(new LocationTree([location('/x')]), '/y')).toBe('none')
})

test('among prefixes the longest is met', () => {
  const paths = fc.array(fc.constantFrom('/', 'a', 'b'), { maxLength: 6 }).map((parts) => `/${parts.join('')}`)
  fc.assert(
    fc.property(fc.uniqueArray(paths, { maxLength: 24 }), paths, (prefixes, uri) => {
      const fitting = prefixes.filter((prefix) => uri.startsWith(prefix)).toSorted((a, b) => b.length - a.length)
      const expected = fitting[0] === undefined ? 'none' : `prefix ${fitting[0]}`
      expect(find(new LocationTree(prefixes.map((prefix) => location(prefix))), uri)).toBe(expected)
    }),
  )
})

test('an exact location is met by its own URI alone, among any prefixes', () => {
  const paths = fc.array(fc.constantFrom('/', 'a', 'b'), { maxLength: 6 }).map((parts) => `/${parts.join('')}`)
  fc.assert(
    fc.property(fc.uniqueArray(paths), fc.uniqueArray(paths), paths, (prefixes, exacts, uri) => {
      const one = new LocationTree([...prefixes, ...exacts.map((path) => `= ${path}`)].map((text) => location(text)))
      const plain = new LocationTree(prefixes.map((prefix) => location(prefix)))
      expect(find(one, uri)).toBe(exacts.includes(uri) ? `exact ${uri}` : find(plain, uri))
    }),
  )
})
