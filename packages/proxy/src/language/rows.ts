/** Ready-made rows for directives that keep one value under a key, by the readers of values.ts. */
import type { Report } from './diagnostic.ts'
import type { Context, Directive, Key } from './directive.ts'
import type { Statement } from './statement.ts'
import { readBuffers, readChoice, readFlag, readNumber, readSize, readTime } from './values.ts'

type Read<T> = (statement: Statement, report: Report) => T | undefined

/** A directive that may stand once in a scope and keeps what `read` makes of its arguments. */
function valueRow<T>(
  name: string,
  contexts: readonly Context[],
  key: Key<T>,
  doc: string,
  read: Read<T>,
  args: Directive['args'] = [1, 1],
): Directive {
  return {
    name,
    contexts,
    args,
    once: true,
    doc,
    apply: (scope, statement, report) => {
      const value = read(statement, report)
      if (value !== undefined) scope.set(key, value)
    },
  }
}

/** `name on|off;` */
export function flagRow(name: string, contexts: readonly Context[], key: Key<boolean>, doc: string): Directive {
  return valueRow(name, contexts, key, doc, (statement, report) => readFlag(statement, report), 'flag')
}

/** `name size;` in bytes. */
export function sizeRow(
  name: string,
  contexts: readonly Context[],
  key: Key<number>,
  doc: string,
  largest: 'm' | 'g' = 'm',
): Directive {
  return valueRow(name, contexts, key, doc, (statement, report) => readSize(statement, report, 0, largest))
}

/** `name time;` in milliseconds. */
export function timeRow(
  name: string,
  contexts: readonly Context[],
  key: Key<number>,
  doc: string,
  precision: 'ms' | 's' = 'ms',
): Directive {
  return valueRow(name, contexts, key, doc, (statement, report) => readTime(statement, report, 0, precision))
}

/** `name number;` */
export function numberRow(
  name: string,
  contexts: readonly Context[],
  key: Key<number>,
  doc: string,
  bounds: readonly [min: number, max?: number] = [0],
): Directive {
  return valueRow(name, contexts, key, doc, (statement, report) => readNumber(statement, report, 0, bounds))
}

/** `name word;` with one of a few words. */
export function choiceRow<T>(
  name: string,
  contexts: readonly Context[],
  key: Key<T>,
  doc: string,
  choices: Readonly<Record<string, T>>,
): Directive {
  return valueRow(name, contexts, key, doc, (statement, report) => readChoice(statement, report, choices))
}

/** `name number size;` */
export function buffersRow(
  name: string,
  contexts: readonly Context[],
  key: Key<{ count: number; size: number }>,
  doc: string,
): Directive {
  return valueRow(name, contexts, key, doc, readBuffers, [2, 2])
}
