/**
 * Gathers settings from every source in the order they are named: a later setting of a single-valued option replaces an
 * earlier one, wherever it stands, so `app.ini --processes 4` means 4. A file is read at once, where it is named.
 */
import { relative, resolve } from 'node:path'
import type { ContainerOptions } from '../container-options.ts'
import { findOption } from '../options/lookup.ts'
import type { ConfigFile } from './config-file.ts'
import type { Diagnostic, Place } from './diagnostic.ts'
import { expandSettings, type Expanded } from './expand.ts'
import { findFormat, readsFile, type Format } from './formats.ts'
import { applyLogic } from './logic.ts'
import { nearestFile } from './nearest-file.ts'
import { magicTable, replaceMagic, splitSection, type MagicTable } from './magic.ts'
import { objectSettings } from './object.ts'
import type { Setting, SettingSink } from './setting.ts'
import { hasScheme, readSource } from './source.ts'

/** How deep files may include each other: a real tree has two or three levels. */
const maximumDepth = 16

/** Where and among what to read. */
export interface ReadScope {
  readonly cwd: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Configuration modules by absolute path, as far as they have been imported. */
  readonly modules?: ReadonlyMap<string, ConfigModule>
  /** Whether a running container reads its configuration again. */
  readonly reload?: boolean
}

/** What a configuration module exports, with its text for places; or why it cannot be imported. */
export type ConfigModule = { readonly options: ContainerOptions; readonly text: string } | { readonly error: string }

/** One reading of a configuration. */
export class SettingReader implements SettingSink {
  readonly diagnostics: Diagnostic[] = []
  /** Modules that were asked for and are not in `scope.modules`: a reading without them is not whole. */
  readonly missingModules: Set<string> = new Set<string>()
  readonly #scope: ReadScope
  readonly #settings: Setting[] = []
  readonly #files = new Map<string, ConfigFile>()
  #firstMagic: MagicTable | undefined
  /** The files being read, each with its section. */
  readonly #open: string[] = []

  constructor(scope: ReadScope) {
    this.#scope = scope
  }

  /** Takes one setting from outside any file. */
  add(setting: Setting): void {
    this.#take(setting, undefined)
  }

  /** All settings, with every reference replaced. */
  finish(): Expanded {
    return expandSettings(this.#settings, {
      environment: this.#scope.environment,
      path: (name) => resolve(this.#scope.cwd, name),
      report: (diagnostic) => this.diagnostics.push(diagnostic),
    })
  }

  #take(setting: Setting, currentFile: string | undefined): void {
    const name = findOption(setting.name)?.name ?? setting.name
    if (name === 'set-placeholder' || name === 'set') this.#define(setting, name === 'set-placeholder')
    else {
      this.#settings.push(setting)
      if (readsFile(name)) this.#include(setting, name, currentFile)
    }
  }

  /** `set` sets an option or a placeholder, `set-placeholder` nothing but a placeholder. */
  #define(setting: Setting, onlyPlaceholder: boolean): void {
    const equals = setting.value.indexOf('=')
    const name = setting.value.slice(0, Math.max(0, equals))
    if (equals <= 0) this.#error(`\`${setting.name}\` takes NAME=VALUE, got \`${setting.value}\``, setting.valuePlace)
    else if (onlyPlaceholder && findOption(name) !== undefined)
      this.#error(`\`${setting.name}\`: \`${name}\` is an option already; \`set\` sets it`, setting.valuePlace)
    else {
      const made = { ...setting, name, value: setting.value.slice(equals + 1) }
      this.#settings.push(findOption(name) === undefined ? { ...made, placeholder: true } : made)
    }
  }

  #include(setting: Setting, option: string, currentFile: string | undefined): void {
    const { name, value, valuePlace } = setting
    const { file, section } = splitSection(value)
    const path = file === '' ? currentFile : hasScheme(file) ? file : resolve(this.#scope.cwd, file)
    if (path === undefined)
      return this.#error(`\`${name} = ${value}\` names a section of the present file, and there is none`, valuePlace)
    const opened = `${path}:${section ?? 'uwsgi'}`
    if (this.#open.includes(opened) || this.#open.length >= maximumDepth)
      return this.#error(`\`${name} = ${value}\`: files include each other without end`, valuePlace)
    const settings = this.#settingsOf(path, section, setting, findFormat(option, path))
    if (settings === undefined) return
    const magic = magicTable(
      section === undefined ? file || path : `${file || path}:${section}`,
      this.#scope.cwd,
      this.#firstMagic,
    )
    this.#firstMagic ??= magic
    this.#open.push(opened)
    applyLogic(
      settings.map((entry) => withMagic(entry, magic)),
      {
        environment: this.#scope.environment,
        option: (wanted) => this.#settings.find((entry) => entry.name === wanted)?.value,
        path: (target) => resolve(this.#scope.cwd, target),
        reload: this.#scope.reload ?? false,
      },
      (entry) => this.#take(entry, path),
      (diagnostic) => this.diagnostics.push(diagnostic),
    )
    this.#open.pop()
  }

  /** The settings of a file, or of its section; undefined when they cannot be had, which has been reported then. */
  #settingsOf(
    path: string,
    section: string | undefined,
    setting: Setting,
    format: Format,
  ): readonly Setting[] | undefined {
    if ('refused' in format) return this.#error(`\`${setting.name}\`: ${format.refused}`, setting.valuePlace)
    if ('module' in format) return this.#module(path, setting)
    const file = this.#read(path, setting, format.parse)
    if (file === undefined) return undefined
    const name = section ?? 'uwsgi'
    const magic = magicTable(path, this.#scope.cwd, this.#firstMagic)
    const pieces = [...file.sections].filter(([title]) => title === name || replaceMagic(title, magic) === name)
    if (pieces.length > 0) return pieces.flatMap(([, settings]) => settings)
    // The usual section may stand in a line that could not be read, which has been told.
    if (section !== undefined || file.diagnostics.length === 0)
      this.#error(`no section \`[${name}]\` in ${this.#shown(path)}${listOf(file.sections.keys())}`, setting.valuePlace)
    return undefined
  }

  #module(path: string, setting: Setting): readonly Setting[] | undefined {
    const module = this.#scope.modules?.get(path)
    if (module === undefined) {
      this.missingModules.add(path)
      return undefined
    }
    if ('options' in module) return objectSettings(module.options, { name: this.#shown(path), text: module.text })
    return this.#error(`cannot read ${this.#shown(path)}: ${module.error}`, setting.valuePlace)
  }

  #read(path: string, setting: Setting, parse: (text: string, source: string) => ConfigFile): ConfigFile | undefined {
    const known = this.#files.get(path)
    if (known !== undefined) return known
    try {
      const file = parse(
        readSource(path, (name) => resolve(this.#scope.cwd, name)),
        this.#shown(path),
      )
      this.#files.set(path, file)
      this.diagnostics.push(...file.diagnostics)
      return file
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      const near = nearestFile(path, /\.[a-z]+$/.exec(path)?.[0] ?? '.ini')
      const hint = near === undefined ? '' : `; did you mean \`${this.#shown(near)}\`?`
      return this.#error(`cannot read ${this.#shown(path)}: ${why}${hint}`, setting.valuePlace)
    }
  }

  #shown(path: string): string {
    if (hasScheme(path)) return path
    const near = relative(this.#scope.cwd, path)
    return near.startsWith('..') ? path : near
  }

  #error(message: string, place: Place): undefined {
    this.diagnostics.push({ severity: 'error', message, place })
    return undefined
  }
}

/** In uWSGI the variables are replaced before lines are read, so blanks around an empty one go with it. */
function withMagic(setting: Setting, magic: MagicTable): Setting {
  const value = replaceMagic(setting.value, magic)
  return {
    ...setting,
    name: replaceMagic(setting.name, magic),
    value: value === setting.value ? value : value.replaceAll(/^[ \t\r]+|[ \t\r]+$/g, ''),
  }
}

function listOf(names: Iterable<string>): string {
  const list = [...names]
    .filter(Boolean)
    .map((name) => `[${name}]`)
    .join(', ')
  return list === '' ? '' : `; it has ${list}`
}
