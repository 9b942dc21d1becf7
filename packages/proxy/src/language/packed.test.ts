import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pack, unpack } from './packed.ts'
import type { Place, Statement } from './statement.ts'

function statements(depth: number): fc.Arbitrary<Statement[]> {
  const block = depth === 0 ? fc.constant(undefined) : fc.option(statements(depth - 1), { nil: undefined })
  const where = fc.record({ line: fc.nat(), column: fc.nat() })
  const one = fc
    .record({
      name: fc.string(),
      file: fc.constantFrom('/etc/a.conf', '/etc/b.conf', 'command line'),
      at: where,
      words: fc.array(fc.record({ text: fc.string({ unit: 'binary' }), quoted: fc.boolean(), at: where })),
      block,
    })
    .map(({ name, file, at, words, block: inner }): Statement => {
      const placed = (place: Omit<Place, 'file'>): Place => ({ file, ...place })
      const args = words.map((word) => ({ text: word.text, quoted: word.quoted, place: placed(word.at) }))
      return { name, args, block: inner, place: placed(at) }
    })
  return fc.array(one, { maxLength: 4 })
}

test('what is packed and sent as JSON comes out as it was', () => {
  fc.assert(
    fc.property(statements(2), (all) => {
      const sent: unknown = JSON.parse(JSON.stringify(pack(all)))
      expect(unpack(sent as ReturnType<typeof pack>)).toEqual(all)
    }),
  )
})
