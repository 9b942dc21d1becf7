/**
 * Gathers settings from every source in the order they are named: a later setting of a single-valued option replaces an
 * earlier one, wherever it stands, so `app.ini --processes 4` means 4. `ini` is obeyed at once, where it stands.
 */
import { readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import type { Diagnostic, Place } from './diagnostic.ts'
import { expandSettings, type Expanded } from './expand.ts'
import { parseIni, type IniFile } from './ini.ts'
import { applyLogic } from './logic.ts'
import { nearestFile } from './nearest-file.ts'
import { magicTable, replaceMagic, splitSection, type MagicTable } from './magic.ts'
import type { Setting, SettingSink } from './setting.ts'

/** How deep files may include each other: a real tree has two or three levels, a loop has no end. */
const maximumDepth = 16

/** One reading of a configuration. */
export class SettingReader implements SettingSink {
  readonly diagnostics: Diagnostic[] = []
  readonly #settings: Setting[] = []
  readonly #files = new Map<string, IniFile>()
  readonly #cwd: string
  readonly #environment: Readonly<Record<string, string | undefined>>
  #firstMagic: MagicTable | undefined
  #depth = 0

  constructor(cwd: string, environment: Readonly<Record<string, string | undefined>>) {
    this.#cwd = cwd
    this.#environment = environment
  }

  /** Takes one setting from outside any file. */
  add(setting: Setting): void {
    this.#take(setting, undefined)
  }

  /** All settings, with every reference replaced. */
  finish(): Expanded {
    return expandSettings(this.#settings, {
      environment: this.#environment,
      path: (name) => resolve(this.#cwd, name),
      report: (diagnostic) => this.diagnostics.push(diagnostic),
    })
  }

  #take(setting: Setting, currentFile: string | undefined): void {
    if (setting.name === 'set-placeholder' || setting.name === 'set-ph' || setting.name === 'set')
      this.#setPlaceholder(setting)
    else {
      this.#settings.push(setting)
      if (setting.name === 'ini') this.#include(setting, currentFile)
    }
  }

  #setPlaceholder(setting: Setting): void {
    const equals = setting.value.indexOf('=')
    if (equals <= 0) this.#error(`\`${setting.name}\` takes NAME=VALUE, got \`${setting.value}\``, setting.valuePlace)
    else
      this.#settings.push({
        ...setting,
        name: setting.value.slice(0, equals),
        value: setting.value.slice(equals + 1),
        placeholder: true,
      })
  }

  #include(setting: Setting, currentFile: string | undefined): void {
    const { file, section } = splitSection(setting.value)
    const path = file === '' ? currentFile : resolve(this.#cwd, file)
    if (path === undefined)
      return this.#error(
        `\`ini = ${setting.value}\` names a section of the present file, and there is none`,
        setting.valuePlace,
      )
    if (this.#depth >= maximumDepth)
      return this.#error(`\`ini = ${setting.value}\`: files include each other without end`, setting.valuePlace)
    const ini = this.#read(path, setting)
    if (ini === undefined) return
    const name = section ?? 'uwsgi'
    const settings = ini.sections.get(name)
    // The usual section may stand in a line that could not be read, which has been told.
    if (settings === undefined && section === undefined && ini.diagnostics.length > 0) return
    if (settings === undefined)
      return this.#error(
        `no section \`[${name}]\` in ${this.#shown(path)}${listOf(ini.sections.keys())}`,
        setting.valuePlace,
      )
    const magic = magicTable(section === undefined ? path : `${path}:${section}`, this.#cwd, this.#firstMagic)
    this.#firstMagic ??= magic
    this.#depth += 1
    applyLogic(
      settings.map((entry) => ({
        ...entry,
        name: replaceMagic(entry.name, magic),
        value: replaceMagic(entry.value, magic),
      })),
      {
        environment: this.#environment,
        option: (option) => this.#settings.find((entry) => entry.name === option)?.value,
        path: (target) => resolve(this.#cwd, target),
      },
      (entry) => this.#take(entry, path),
      (diagnostic) => this.diagnostics.push(diagnostic),
    )
    this.#depth -= 1
  }

  #read(path: string, setting: Setting): IniFile | undefined {
    const known = this.#files.get(path)
    if (known !== undefined) return known
    try {
      const ini = parseIni(readFileSync(path, 'utf8'), this.#shown(path))
      this.#files.set(path, ini)
      this.diagnostics.push(...ini.diagnostics)
      return ini
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      const near = nearestFile(path, '.ini')
      const hint = near === undefined ? '' : `; did you mean \`${this.#shown(near)}\`?`
      this.#error(`cannot read ${this.#shown(path)}: ${why}${hint}`, setting.valuePlace)
      return undefined
    }
  }

  #shown(path: string): string {
    const near = relative(this.#cwd, path)
    return near.startsWith('..') ? path : near
  }

  #error(message: string, place: Place): void {
    this.diagnostics.push({ severity: 'error', message, place })
  }
}

function listOf(names: Iterable<string>): string {
  const list = [...names].map((name) => `[${name}]`).join(', ')
  return list === '' ? '' : `; it has ${list}`
}
