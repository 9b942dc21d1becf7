import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Scope } from '../language/directive.ts'
import type { Statement } from '../language/statement.ts'
import { Common } from './common.ts'
import type { LocationName } from './location.ts'
import { HttpScope, LocationScope, ServerScope } from './scope.ts'
import { setting } from './setting.ts'

const statement: Statement = { name: 'x', args: [], block: [], place: { file: 'x', line: 1, column: 1 } }
const settings = [setting('a', 0), setting('b', 0), setting('c', 0, 'nameless'), setting('d', 0, 'own')] as const
const [a, b, c, d] = settings

/** Which settings a block sets, to 1 or 2, and the blocks inside it. */
interface Block {
  readonly kind: 'location' | 'if in location' | 'limit_except'
  readonly values: readonly number[]
  readonly inner: readonly Block[]
}

const values = fc.array(fc.constantFrom<number[]>(0, 0, 0, 1, 2), { minLength: 4, maxLength: 4 })
const kinds = fc.constantFrom<Block['kind'][]>('location', 'location', 'if in location', 'limit_except')

/** Nothing that has settings of its own stands inside an `if` or a `limit_except`. */
function leaf(block: Block): Block {
  return { ...block, inner: [] }
}

function blocksOf(depth: number): fc.Arbitrary<Block[]> {
  const inner = depth === 0 ? fc.constant([]) : blocksOf(depth - 1)
  const block = fc.record({ kind: kinds, values, inner }).map((one) => (one.kind === 'location' ? one : leaf(one)))
  return fc.array(block, { maxLength: 3 })
}

const server = fc.record({ values, inner: blocksOf(2) })
const tree = fc.record({ values, servers: fc.array(server, { maxLength: 4 }) })

function fill(scope: Scope, own: readonly number[]): void {
  for (const [index, key] of settings.entries()) {
    const value = own[index] ?? 0
    if (value > 0) scope.set(key, value)
  }
}

function* grow(outer: ServerScope | LocationScope, blocks: readonly Block[]): Generator<LocationScope> {
  for (const { kind, values: own, inner } of blocks) {
    const name: LocationName = kind === 'location' ? { kind: 'prefix', text: '/' } : { kind: 'nameless', text: '' }
    const scope = new LocationScope(outer, name, kind, statement)
    fill(scope, own)
    yield scope
    yield* grow(scope, inner)
  }
}

/** What is read depends on what was read. */
function read(scope: LocationScope): string {
  const first = scope.value(a)
  return first === 0
    ? `${scope.value(c)} ${scope.value(d)}`
    : `${first} ${first === 1 ? scope.value(b) : scope.value(d)}`
}

const none = [0, 0, 0, 0]
const except: Block = { kind: 'limit_except', values: none, inner: [] }
/** Of two `limit_except` that set nothing one stands right in the location that does, one deeper inside. */
const owned = {
  values: none,
  servers: [
    {
      values: none,
      inner: [
        {
          kind: 'location' as const,
          values: [0, 0, 1, 0],
          inner: [{ kind: 'location' as const, values: none, inner: [except] }, except],
        },
      ],
    },
  ],
}

test('what is made once for many is what would be made for each', () => {
  fc.assert(
    fc.property(tree, ({ values: own, servers }) => {
      const http = new HttpScope(new Scope('main'), statement, '/', '/')
      fill(http, own)
      const scopes: LocationScope[] = []
      for (const { values: set, inner } of servers) {
        const outer = new ServerScope(http, statement)
        fill(outer, set)
        scopes.push(new LocationScope(outer, { kind: 'nameless', text: '' }, 'location', statement))
        scopes.push(...grow(outer, inner))
      }
      const part = new Common(read)
      const whole = new Common((scope) => `${part.of(scope)}, ${scope.value(b)}`)
      const expected = scopes.map((scope) => `${read(scope)}, ${scope.value(b)}`)
      expect(scopes.map((scope) => whole.of(scope))).toEqual(expected)
    }),
    { examples: [[owned]] },
  )
})

test('it is made once for neighbours that set nothing it reads', () => {
  const http = new HttpScope(new Scope('main'), statement, '/', '/')
  const common = new Common((scope) => ({ a: scope.value(a) }))
  const locations = [1, 2].flatMap(() => {
    const outer = new ServerScope(http, statement)
    return ['/x', '/y'].map((text) => new LocationScope(outer, { kind: 'prefix', text }, 'location', statement))
  })
  locations[1]?.set(b, 1)
  locations[3]?.set(a, 1)
  const [first, ...others] = locations.map((scope) => common.of(scope))
  expect(others.map((made) => made === first)).toEqual([true, true, false])
})
