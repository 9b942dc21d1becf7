/** `split_clients`: a variable whose value depends on a hash, so that given parts of all clients get each value. */
import type { Report } from '../language/diagnostic.ts'
import type { Statement } from '../language/statement.ts'
import type { Module } from '../model/module.ts'
import { compileAt, row } from '../model/row.ts'
import type { LevelScope } from '../model/scope.ts'

/** Percentages are counted in hundredths. */
const whole = 10_000
const largestHash = 0xffffffff

/** A value and the first hash it is not for. */
interface Part {
  readonly value: string
  readonly below: number
}

/** MurmurHash2 (32 bits, seed 0 as nginx uses it) of a byte string. */
export function murmurHash(text: string): number {
  const multiplier = 0x5bd1e995
  const mix = (value: number): number => {
    const mixed = Math.imul(value, multiplier)
    return Math.imul(mixed ^ (mixed >>> 24), multiplier)
  }
  let hash = text.length
  let at = 0
  for (; at + 4 <= text.length; at += 4) {
    const word =
      text.charCodeAt(at) |
      (text.charCodeAt(at + 1) << 8) |
      (text.charCodeAt(at + 2) << 16) |
      (text.charCodeAt(at + 3) << 24)
    hash = Math.imul(hash, multiplier) ^ mix(word)
  }
  if (at < text.length) {
    for (let i = text.length - 1; i >= at; i--) hash ^= text.charCodeAt(i) << ((i - at) * 8)
    hash = Math.imul(hash, multiplier)
  }
  hash = Math.imul(hash ^ (hash >>> 13), multiplier)
  return (hash ^ (hash >>> 15)) >>> 0
}

function hundredths(text: string): number | undefined {
  const match = /^(\d+)(?:\.(\d{1,2}))?%$/.exec(text)
  if (match === null) return undefined
  const value = Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'))
  return value > 0 ? value : undefined
}

function applySplit(scope: LevelScope, statement: Statement, report: Report): void {
  const [sourceWord, target] = statement.args
  if (sourceWord === undefined || target === undefined) return
  const source = compileAt(sourceWord, scope, report)
  if (!target.text.startsWith('$')) return report.emerg(`invalid variable name "${target.text}"`, target.place)
  const parts: Part[] = []
  let sum = 0
  let last = 0
  for (const { name, args, place } of statement.block ?? []) {
    const share = name === '*' ? whole - sum : hundredths(name)
    const [word] = args
    if (share === undefined) report.emerg(`invalid percent value "${name}"`, place)
    if (share === undefined || word === undefined) continue
    sum += share
    if (sum > whole) return report.emerg('percent total is greater than 100%', place)
    last += Math.floor((share * largestHash) / whole)
    parts.push({ value: word.text, below: sum === whole ? Number.POSITIVE_INFINITY : last })
  }
  if (source === undefined) return
  scope.variables.define(target.text.slice(1), (request) => {
    const hash = murmurHash(source.read(request))
    return parts.find(({ below }) => hash < below)?.value
  })
}

/** The split_clients module. */
export const splitClients: Module = {
  name: 'split_clients',
  directives: [
    row(
      'split_clients',
      'A variable by shares of clients.',
      { contexts: ['http'], args: [2, 2], block: 'any' },
      applySplit,
    ),
  ],
}
