/**
 * Statements as JSON carries them to the workers: arrays instead of objects, and each file's name once. Written out in
 * full, places are most of it: five times as much to write and to read, and a large configuration would not fit into
 * the message that starts a worker.
 */
import type { Statement, Word } from './statement.ts'

type PackedWord = readonly [text: string, line: number, column: number, quoted: 0 | 1]
type PackedStatement = readonly [
  name: string,
  file: number,
  line: number,
  column: number,
  args: readonly PackedWord[],
  block?: readonly PackedStatement[],
]

/** Statements, all of whose places are in one of the files. */
export interface Packed {
  readonly files: readonly string[]
  readonly statements: readonly PackedStatement[]
}

/** Packs statements; the words of one stand in the same file. */
export function pack(statements: readonly Statement[]): Packed {
  const files = new Map<string, number>()
  const packOne = ({ name, args, block, place }: Statement): PackedStatement => {
    const file = files.get(place.file) ?? files.size
    files.set(place.file, file)
    const words = args.map((word): PackedWord => [word.text, word.place.line, word.place.column, word.quoted ? 1 : 0])
    const { line, column } = place
    return block === undefined
      ? [name, file, line, column, words]
      : [name, file, line, column, words, block.map(packOne)]
  }
  const packed = statements.map(packOne)
  return { files: [...files.keys()], statements: packed }
}

/** The statements that were packed. */
export function unpack({ files, statements }: Packed): Statement[] {
  const unpackOne = ([name, index, line, column, words, block]: PackedStatement): Statement => {
    const file = files[index] ?? ''
    const args = words.map(([text, ...at]): Word => ({
      text,
      quoted: at[2] === 1,
      place: { file, line: at[0], column: at[1] },
    }))
    return { name, args, block: block?.map(unpackOne), place: { file, line, column } }
  }
  return statements.map(unpackOne)
}
