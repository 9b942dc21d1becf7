import type { ContainerOptions } from '../container-options.ts'
import type { Place } from './diagnostic.ts'
import type { SettingSink } from './setting.ts'

/** Reads options given by a program: `httpSocket` is `http-socket`, an array is a repeated option, `env` takes an object. */
export function readObject(given: ContainerOptions, sink: SettingSink): void {
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined) continue
    const name = key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    for (const text of texts(value)) {
      const shown = `${key}: ${JSON.stringify(text)}`
      const place: Place = { source: 'options', line: 0, column: 1, length: shown.length, text: shown }
      sink.add({ name, value: text, place, valuePlace: place })
    }
  }
}

function texts(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map(String)
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).map(([name, text]) => `${name}=${String(text)}`)
  return [String(value)]
}
