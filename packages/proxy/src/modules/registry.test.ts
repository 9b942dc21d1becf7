import { expect, test } from 'vitest'
import { knownDirectives } from '../language/known.ts'
import { core } from './core/index.ts'
import { modules } from './registry.ts'

const rows = [core, ...modules].flatMap(({ directives }) => directives)
/** Our own, and those of modules by others. */
const own = /^(?:trivet_|brotli|zstd)/

/** Rows that take other numbers of arguments than nginx, with the reason. */
const otherCounts: Readonly<Record<string, string>> = {}

function numbers(args: (typeof rows)[number]['args']): readonly [number, number] {
  if (args === 'flag') return [1, 1]
  return [args[0], args[1] === -1 ? Number.POSITIVE_INFINITY : args[1]]
}

test.each(rows.filter(({ name }) => !own.test(name)).map((row) => [row.name, row] as const))(
  'the row of %s has the shape that nginx gives it',
  (name, row) => {
    const shapes = knownDirectives.get(name) ?? []
    for (const context of row.contexts) {
      const shape = shapes.find(({ contexts }) => contexts.includes(context))
      expect(shape, `nginx has no "${name}" in "${context}"`).toBeDefined()
      expect(row.block !== undefined, `block of "${name}"`).toBe(shape?.block)
      if (!Object.hasOwn(otherCounts, name)) expect(numbers(row.args), `arguments of "${name}"`).toEqual(shape?.args)
    }
  },
)
