import { logicWords } from '../config/logic.ts'
import type { InertOption, Option } from './option.ts'
import { inertOptions, options } from './table.ts'

const isLetter = (name: string): boolean => name.length === 1
const byName: ReadonlyMap<string, Option> = new Map(
  options.flatMap((option) =>
    [option.name, ...(option.aliases ?? [])].filter((name) => !isLetter(name)).map((name) => [name, option]),
  ),
)
const byLetter: ReadonlyMap<string, Option | InertOption> = new Map(
  [...options, ...inertOptions].flatMap((option) => {
    const letters =
      'aliases' in option ? (option.aliases ?? []).filter(isLetter) : 'letter' in option ? [option.letter ?? ''] : []
    return letters.map((letter) => [letter, option])
  }),
)
const inertByName: ReadonlyMap<string, InertOption> = new Map(inertOptions.map((option) => [option.name, option]))

/** The row of a name or alias. */
export function findOption(name: string): Option | undefined {
  return byName.get(name)
}

/** The row of a known option without effect. */
export function findInertOption(name: string): InertOption | undefined {
  return inertByName.get(name)
}

/** The row of a short option, its letter without the dash; only the command line has them, in a file a letter is a placeholder. */
export function findShortOption(letter: string): Option | InertOption | undefined {
  return byLetter.get(letter)
}

/** The known name that somebody most likely meant, if one is near. */
export function suggestOption(name: string): string | undefined {
  const known = [...byName.keys(), ...inertByName.keys(), ...logicWords]
  const near = nearest(name, known)
  if (near !== undefined || !name.includes('-')) return near
  // Half a name: `exec-pre`.
  return known.filter((option) => option.startsWith(`${name}-`)).sort((a, b) => a.length - b.length)[0]
}

/** The candidate with the fewest edits between, when these are few enough for the length to be a slip and not another word. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase().replaceAll('_', '-')
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1
  for (const candidate of candidates) {
    const distance =
      candidate === `${wanted}es` || candidate === `${wanted}s` ? 1 : editDistance(wanted, candidate.toLowerCase())
    // Of two that are equally near, the one that begins alike: `guid` is `gid`.
    const alike = distance === bestDistance && best?.[0] !== wanted[0] && candidate[0] === wanted[0]
    if (distance < bestDistance || (alike && best !== undefined)) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1)
      row.push(cost)
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}
