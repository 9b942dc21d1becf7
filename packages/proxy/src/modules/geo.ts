/** `geo $address $variable { ... }`: a value by the network an address is in; the longest network counts. */
import type { Report } from '../language/diagnostic.ts'
import type { Statement } from '../language/statement.ts'
import type { Request } from '../http/request.ts'
import type { Module } from '../model/module.ts'
import { addressBytes, isInside, masked, parseNetwork, type Network } from '../model/network.ts'
import { compileAt, row } from '../model/row.ts'
import type { LevelScope } from '../model/scope.ts'
import { AddressRanges } from './address-ranges.ts'
import { realClient } from './realip.ts'

/** Values by network: for each length the networks of it, longest first. */
class Networks {
  readonly #byBits = new Map<number, Map<string, string>>()
  #lengths: readonly number[] = []

  /** The value that was there before. */
  set({ bytes, bits }: Network, value: string): string | undefined {
    const key = networkKey(bytes, bits)
    const table = this.#byBits.get(bits) ?? new Map<string, string>()
    this.#byBits.set(bits, table)
    this.#lengths = [...this.#byBits.keys()].toSorted((a, b) => b - a)
    const old = table.get(key)
    table.set(key, value)
    return old
  }

  delete({ bytes, bits }: Network): boolean {
    return this.#byBits.get(bits)?.delete(networkKey(bytes, bits)) === true
  }

  find(address: Uint8Array): string | undefined {
    for (const bits of this.#lengths) {
      if (bits > address.length * 8) continue
      const value = this.#byBits.get(bits)?.get(networkKey(masked(address, bits), bits))
      if (value !== undefined) return value
    }
    return undefined
  }
}

function networkKey(bytes: Uint8Array, bits: number): string {
  return `${bytes.length}/${bits}/${bytes.join('.')}`
}

interface Table {
  readonly networks: Networks
  readonly ranges: AddressRanges
  readonly proxies: Network[]
  usesRanges: boolean
  isRecursive: boolean
  isVolatile: boolean
  fallback: string
}

function applyGeo(scope: LevelScope, statement: Statement, report: Report): void {
  const words = [...statement.args]
  const target = words.pop()
  const [sourceWord] = words
  for (const word of statement.args) {
    if (!word.text.startsWith('$')) return report.emerg(`invalid variable name "${word.text}"`, word.place)
  }
  if (target === undefined) return
  const source = sourceWord && compileAt(sourceWord, scope, report)
  const table: Table = {
    networks: new Networks(),
    ranges: new AddressRanges(),
    proxies: [],
    usesRanges: false,
    isRecursive: false,
    isVolatile: false,
    fallback: '',
  }
  for (const entry of statement.block ?? []) readEntry(table, entry, report)
  const read = (request: Request): string => look(table, subjectOf(table, request, source?.read(request)))
  const slot = scope.variables.reserve()
  scope.variables.define(target.text.slice(1), (request) =>
    table.isVolatile ? read(request) : (request.slots[slot] ??= read(request)),
  )
}

const words: Readonly<Record<string, (table: Table) => void>> = {
  ranges: (table) => {
    table.usesRanges = true
  },
  proxy_recursive: (table) => {
    table.isRecursive = true
  },
  volatile: (table) => {
    table.isVolatile = true
  },
}

function readEntry(table: Table, entry: Statement, report: Report): void {
  const [word] = entry.args
  if (word === undefined) {
    const apply = words[entry.name]
    if (apply === undefined) report.emerg('invalid number of the geo parameters', entry.place)
    else apply(table)
  } else if (entry.args.length > 1) report.emerg('invalid number of the geo parameters', entry.place)
  else if (entry.name === 'default') table.fallback = word.text
  else if (entry.name === 'proxy') addProxy(table, word.text, entry, report)
  else if (table.usesRanges) addRange(table, entry, word.text, report)
  else addNetwork(table, entry, word.text, report)
}

function addProxy(table: Table, text: string, entry: Statement, report: Report): void {
  const network = parseNetwork(text)
  if (network === undefined) report.emerg(`invalid network "${text}"`, entry.place)
  else table.proxies.push(network)
}

function addNetwork(table: Table, entry: Statement, value: string, report: Report): void {
  const deletes = entry.name === 'delete'
  const text = deletes ? value : entry.name
  const network = parseNetwork(text)
  if (network === undefined) report.emerg(`invalid network "${text}"`, entry.place)
  else if (deletes) {
    if (!table.networks.delete(network)) report.warn(`no network "${text}" to delete`, entry.place)
  } else {
    const old = table.networks.set(network, value)
    if (old !== undefined)
      report.warn(`duplicate network "${text}", value: "${value}", old value: "${old}"`, entry.place)
  }
}

function addRange(table: Table, entry: Statement, value: string, report: Report): void {
  const deletes = entry.name === 'delete'
  const text = deletes ? value : entry.name
  const [start, end, ...rest] = text.split('-').map(addressBytes)
  if (start?.length !== 4 || end?.length !== 4 || rest.length > 0 || numberOf(start) > numberOf(end))
    report.emerg(`invalid range "${text}"`, entry.place)
  else if (deletes) {
    if (!table.ranges.delete(numberOf(start), numberOf(end)))
      report.warn(`no address range "${text}" to delete`, entry.place)
  } else {
    const problem = table.ranges.add(numberOf(start), numberOf(end), value)
    if (problem === 'overlaps') report.emerg(`range "${text}" overlaps another one`, entry.place)
    else if (problem === 'duplicate') report.warn(`duplicate range "${text}", value: "${value}"`, entry.place)
  }
}

function numberOf(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0)
}

/** What sockets of the file system and texts that are no address are looked up as, as in nginx. */
const noAddress = Uint8Array.of(255, 255, 255, 255)

/** The address to look up: what the client's proxies told, where they are trusted. */
function subjectOf(table: Table, request: Request, text: string | undefined): Uint8Array {
  const own = addressBytes(text ?? request.clientAddress) ?? noAddress
  if (!table.proxies.some((proxy) => isInside(proxy, own))) return own
  const list = request.header('x-forwarded-for')
  if (list === undefined) return own
  const told = realClient(list, { networks: table.proxies, unix: false }, table.isRecursive)
  return told === undefined ? own : (addressBytes(told.address) ?? own)
}

function look(table: Table, address: Uint8Array): string {
  const found = table.usesRanges
    ? address.length === 4
      ? table.ranges.find(numberOf(address))
      : undefined
    : table.networks.find(address)
  return found ?? table.fallback
}

/** The geo module. */
export const geo: Module = {
  name: 'geo',
  directives: [
    row(
      'geo',
      'A variable by the network of an address.',
      { contexts: ['http'], args: [1, 2], block: 'any' },
      applyGeo,
    ),
  ],
}
