import type { ContainerOptions } from '../container-options.ts'
import { PlaceFinder } from './config-file.ts'
import type { Place } from './diagnostic.ts'
import type { Setting, SettingSink } from './setting.ts'

/** Where the options of a program stand: given as they are, or in a module whose text is at hand. */
export interface ObjectSource {
  readonly name: string
  readonly text: string | undefined
}

/** Reads options given by a program: `httpSocket` is `http-socket`, an array is a repeated option, `env` takes an object. */
export function readObject(
  given: ContainerOptions,
  sink: SettingSink,
  source: ObjectSource = { name: 'options', text: undefined },
): void {
  for (const setting of objectSettings(given, source)) sink.add(setting)
}

/** The same as a list. */
export function objectSettings(given: ContainerOptions, source: ObjectSource): readonly Setting[] {
  const places = new ObjectPlaces(source)
  return Object.entries(given)
    .filter(([, value]) => value !== undefined)
    .flatMap(([key, value]) => {
      const name = key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
      return texts(value).map((text) => ({ name, value: text, ...places.of(key, text) }))
    })
}

function texts(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map(String)
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).map(([name, text]) => `${name}=${String(text)}`)
  return [String(value)]
}

/** A module has no places of its own: the first `key:` in its text is it, and behind it the first such value. Computed keys have none. */
class ObjectPlaces {
  readonly #source: ObjectSource

  constructor(source: ObjectSource) {
    this.#source = source
  }

  of(key: string, value: string): Pick<Setting, 'place' | 'valuePlace'> {
    const { name, text } = this.#source
    const plain = /^[A-Za-z_][\w-]*$/.test(key)
    const match = text === undefined || !plain ? null : new RegExp(`(?<![\\w$.])(['"]?)${key}\\1\\s*:`).exec(text)
    if (text === undefined || match === null) {
      const shown = `${key}: ${JSON.stringify(value)}`
      const place: Place = { source: name, line: 0, column: 1, length: shown.length, text: shown }
      return { place, valuePlace: place }
    }
    const finder = new PlaceFinder(text, name)
    const start = match.index + (match[1] ?? '').length
    const place = finder.place(start, start + key.length)
    const at = value === '' ? -1 : text.indexOf(value, match.index + match[0].length)
    return { place, valuePlace: at < 0 ? place : finder.place(at, at + value.length) }
  }
}
