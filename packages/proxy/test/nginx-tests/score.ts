/** The last score of nginx's own test suite, one line a file: what it gave, and what it said when it did not pass. */
import { readFileSync, writeFileSync } from 'node:fs'

/** One file of the suite. */
export interface Score {
  readonly file: string
  /** A: what a proxy before an application needs; B: what goes beyond. */
  readonly tier: 'A' | 'B'
  readonly result: 'passed' | 'failed' | 'skipped'
  /** Checks that were right, and that there are; 0 for a file that was skipped. */
  readonly ok: number
  readonly points: number
  /** Why the suite skipped it, or the first checks that failed. */
  readonly said: string
}

const path = new URL('score.tsv', import.meta.url)

/** Reads score.tsv. */
export function readScores(): Score[] {
  const [, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n')
  return lines.map((line) => {
    const [file = '', tier = '', result = '', ok = '', points = '', said = ''] = line.split('\t')
    return {
      file,
      tier: tier as Score['tier'],
      result: result as Score['result'],
      ok: Number(ok),
      points: Number(points),
      said,
    }
  })
}

/** Writes score.tsv. */
export function writeScores(scores: readonly Score[]): void {
  const lines = scores.map(({ file, tier, result, ok, points, said }) =>
    [file, tier, result, ok, points, said.replaceAll(/\s+/g, ' ')].join('\t'),
  )
  writeFileSync(path, `file\ttier\tresult\tok\tpoints\tsaid\n${lines.join('\n')}\n`)
}
