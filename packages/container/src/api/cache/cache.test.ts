import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Cache } from './cache.ts'
import { readCache } from './settings.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text)

/** A cache with a clock that stands still until it is moved. */
function make(text: string): { cache: Cache; pass: (seconds: number) => void } {
  let now = 1_000_000
  return { cache: new Cache(readCache(text), () => now), pass: (seconds) => (now += seconds * 1000) }
}

test('cache2 as uWSGI has it', () => {
  expect(readCache('name=a,items=10')).toEqual({
    name: 'a',
    items: 10,
    blockSize: 65_536,
    bytes: 655_360,
    keySize: 2048,
    evicts: false,
    quiet: false,
  })
  expect(readCache('name=a,max_items=10,blocksize=100,blocks=5,bitmap=1,purge_lru=1')).toMatchObject({
    blockSize: 500,
    bytes: 500,
    evicts: true,
  })
  expect(() => readCache('items=10')).toThrow('needs a `name`')
  expect(() => readCache('name=a')).toThrow('needs `items`')
  expect(() => readCache('name=a,items=0')).toThrow('expected 1 to')
  expect(() => readCache('name=a,items=1,store=/x')).toThrow('unknown key `store`')
})

test('set, update, expiry', () => {
  const { cache, pass } = make('name=a,items=3,blocksize=4')
  expect([cache.set('a', bytes('1'), 10), cache.set('a', bytes('2'), 0)]).toEqual([true, false])
  expect([cache.update('a', bytes('3'), 10), cache.update('a', bytes('12345'), 0)]).toEqual([true, false])
  pass(9)
  expect(cache.get('a')).toEqual(bytes('3'))
  pass(1)
  expect([cache.get('a'), cache.has('a'), cache.delete('a'), cache.size, cache.bytes]).toEqual([
    undefined,
    false,
    false,
    0,
    0,
  ])
})

test('a full cache refuses, once what has expired is gone, or forgets what was read longest ago', () => {
  const { cache, pass } = make('name=a,items=2')
  cache.set('a', bytes('1'), 5)
  cache.set('b', bytes('1'), 0)
  expect([cache.set('c', bytes('1'), 0), cache.refused]).toEqual([false, 1])
  pass(5)
  expect([cache.set('c', bytes('1'), 0), cache.keys()]).toEqual([true, ['b', 'c']])
  const { cache: lru } = make('name=a,items=2,purge_lru=1')
  lru.set('a', bytes('1'), 0)
  lru.set('b', bytes('1'), 0)
  lru.get('a')
  expect([lru.set('c', bytes('1'), 0), lru.keys()]).toEqual([true, ['a', 'c']])
})

test('numbers are eight bytes', () => {
  const { cache } = make('name=a,items=2')
  expect([cache.change('n', 'inc', 5n, 0), cache.change('n', 'dec', 7n, 0), cache.number('n')]).toEqual([
    true,
    true,
    -2n,
  ])
  expect([cache.change('n', 'div', 0n, 0), cache.change('n', 'mul', 3n, 0), cache.number('n')]).toEqual([
    false,
    true,
    -6n,
  ])
  cache.update('n', bytes('text'), 0)
  expect([cache.change('n', 'inc', 1n, 0), cache.number('n')]).toEqual([false, 0n])
})

test('whatever is done, it holds no more than it may', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd', 'e')
  const act = fc.oneof(
    fc.record({ kind: fc.constant('update' as const), key, size: fc.nat(8), seconds: fc.nat(3) }),
    fc.record({
      kind: fc.constantFrom('delete' as const, 'get' as const, 'pass' as const),
      key,
      size: fc.nat(3),
      seconds: fc.nat(3),
    }),
  )
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), fc.boolean(), (acts, lru) => {
      const { cache, pass } = make(`name=a,items=3,blocksize=6,blocks=2${lru ? ',purge_lru=1' : ''}`)
      for (const { kind, key: name, size, seconds } of acts) {
        if (kind === 'pass') pass(size)
        else if (kind === 'update') {
          const stored = cache.update(name, new Uint8Array(size), seconds)
          if (stored) expect(cache.get(name)?.length).toBe(size)
          else expect(size > 6 || !lru || cache.size === 0 || cache.bytes + size > 12 || cache.size === 3).toBe(true)
        } else if (kind === 'delete') cache.delete(name)
        else cache.get(name)
        expect(cache.size).toBeLessThanOrEqual(3)
        expect(cache.bytes).toBeLessThanOrEqual(12)
      }
      cache.sweep()
      const held = cache.keys().reduce((sum, name) => sum + (cache.get(name)?.length ?? 0), 0)
      expect(held).toBe(cache.bytes)
    }),
  )
})
