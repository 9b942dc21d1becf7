/**
 * YAML and JSON: a key per section, `uwsgi` as a rule, and below it options as a map, or as a list of maps when their
 * order matters. A list under an option repeats it, a map under it gives NAME=VALUE pairs. Scalars are taken as they are
 * written (`0660` stays `0660`), so that they mean what they mean in an ini.
 */
import { createRequire } from 'node:module'
import type * as Yaml from 'yaml'
import { PlaceFinder, type ConfigFile } from './config-file.ts'
import type { Diagnostic, Place } from './diagnostic.ts'
import type { Setting } from './setting.ts'

/** The parser takes 40 ms to load, which no start without such a file should pay. */
const loadYaml = (): typeof Yaml => createRequire(import.meta.url)('yaml')

/** Reads YAML; never throws. */
export function parseYaml(text: string, source: string): ConfigFile {
  return new Tree(text, source, false).read()
}

/** Reads JSON, strictly, with places; never throws. */
export function parseJson(text: string, source: string): ConfigFile {
  try {
    JSON.parse(text)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const at = /position (\d+)/.exec(message)?.[1]
    const place = new PlaceFinder(text, source).place(at === undefined ? text.length : Number(at), text.length)
    const said = message.replace(/ in JSON at position.*$/s, '').replace(/ in JSON$/, '')
    return { sections: new Map(), diagnostics: [{ severity: 'error', message: `not JSON: ${said}`, place }] }
  }
  return new Tree(text, source, true).read()
}

/** Maps inside maps that `<<` brings in: a file that merges itself has no end. */
const maximumMerges = 16

class Tree {
  readonly #finder: PlaceFinder
  readonly #json: boolean
  readonly #document: Yaml.Document
  readonly #yaml: typeof Yaml = loadYaml()
  readonly #diagnostics: Diagnostic[] = []

  constructor(text: string, source: string, json: boolean) {
    this.#json = json
    this.#finder = new PlaceFinder(text, source)
    this.#document = this.#yaml.parseDocument(text, {
      schema: 'failsafe',
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'error',
    })
  }

  read(): ConfigFile {
    for (const { code, message, pos } of this.#document.errors) {
      // `chdir: %d` is no YAML, but uWSGI replaces `%d` before it looks.
      if (code === 'BAD_SCALAR_START' && message.endsWith('%')) continue
      this.#diagnostics.push({ severity: 'error', message, place: this.#finder.place(pos[0], pos[1]) })
    }
    const sections = new Map<string, Setting[]>()
    const root = this.#document.contents
    if (this.#yaml.isMap(root)) {
      for (const { key, value } of root.items) {
        const body = this.#resolved(value)
        const name = this.#text(this.#resolved(key))
        if (name === undefined || !(this.#yaml.isMap(body) || this.#yaml.isSeq(body))) continue
        const settings = sections.get(name) ?? []
        this.#body(body, settings, 0)
        sections.set(name, settings)
      }
    } else if (root !== null && this.#diagnostics.length === 0)
      this.#error('expected a map: `uwsgi:` and options below', root)
    return { sections, diagnostics: this.#diagnostics }
  }

  #body(body: Yaml.Node, settings: Setting[], merges: number): void {
    if (this.#yaml.isSeq(body)) {
      for (const item of body.items) {
        const resolved = this.#resolved(item)
        if (this.#yaml.isMap(resolved)) this.#body(resolved, settings, merges)
        else if (this.#yaml.isScalar(resolved)) this.#add(resolved, undefined, settings)
        else this.#error('expected `option: value`', resolved ?? body)
      }
    } else if (this.#yaml.isMap(body)) {
      for (const { key, value } of body.items)
        this.#option(this.#resolved(key), this.#resolved(value), settings, merges)
    }
  }

  #option(key: Yaml.Node | undefined, value: Yaml.Node | undefined, settings: Setting[], merges: number): void {
    if (key === undefined || !this.#yaml.isScalar(key)) return this.#error('expected the name of an option', key)
    if (key.value === '<<' && this.#yaml.isMap(value)) {
      if (merges >= maximumMerges) return this.#error('maps are merged without end', key)
      return this.#body(value, settings, merges + 1)
    }
    if (this.#yaml.isSeq(value)) {
      for (const item of value.items) this.#add(key, this.#resolved(item), settings)
    } else if (this.#yaml.isMap(value)) {
      for (const pair of value.items) {
        const name = this.#text(this.#resolved(pair.key))
        const text = this.#text(this.#resolved(pair.value))
        if (name === undefined || text === undefined) this.#error('expected NAME: VALUE', value)
        else this.#push(key, `${name}=${text}`, this.#place(this.#resolved(pair.key)), settings)
      }
    } else this.#add(key, value, settings)
  }

  #add(key: Yaml.Node, value: Yaml.Node | undefined, settings: Setting[]): void {
    const text = this.#text(value)
    if (text === undefined)
      this.#error(`\`${this.#text(key) ?? ''}\`: expected a value or a list of values`, value ?? key)
    else this.#push(key, text, text === '' ? undefined : this.#place(value), settings)
  }

  #push(key: Yaml.Node, value: string, valuePlace: Place | undefined, settings: Setting[]): void {
    const place = this.#place(key)
    if (place !== undefined)
      settings.push({ name: this.#text(key) ?? '', value, place, valuePlace: valuePlace ?? place })
  }

  /** The text of a scalar, or '' for nothing at all. */
  #text(node: Yaml.Node | undefined): string | undefined {
    if (node === undefined) return ''
    if (!this.#yaml.isScalar(node)) return undefined
    if (typeof node.value !== 'string') return ''
    return this.#json && node.type === 'PLAIN' && node.value === 'null' ? 'false' : node.value
  }

  #resolved(node: unknown): Yaml.Node | undefined {
    const found: unknown = this.#yaml.isAlias(node) ? node.resolve(this.#document) : node
    return this.#yaml.isScalar(found) || this.#yaml.isMap(found) || this.#yaml.isSeq(found) ? found : undefined
  }

  #place(node: Yaml.Node | undefined): Place | undefined {
    const range = node?.range
    return range === undefined || range === null ? undefined : this.#finder.place(range[0], range[1])
  }

  #error(message: string, node: Yaml.Node | undefined): void {
    this.#diagnostics.push({ severity: 'error', message, place: this.#place(node) })
  }
}
