/**
 * uWSGI's `key=value,key=value` (uwsgi_kvlist_parse in its core/utils.c): a value may stand in single or double quotes,
 * and a backslash takes the meaning from the character after it.
 */
import { nearest } from '../options/lookup.ts'
import { ValueError } from './convert.ts'

/** Reads a list whose keys are all in `keys`, which maps each to the name it is asked for by; throws ValueError otherwise. */
export function readKeyValues<Name extends string>(
  text: string,
  keys: Readonly<Record<string, Name>>,
): Readonly<Partial<Record<Name, string>>> {
  const found: Partial<Record<Name, string>> = {}
  for (const part of splitQuoted(text, ',')) {
    const equals = part.indexOf('=')
    if (equals <= 0) throw new ValueError(`expected key=value,..., got \`${part}\``)
    const key = part.slice(0, equals).trim()
    const name = Object.hasOwn(keys, key) ? keys[key] : undefined
    if (name === undefined) {
      const near = nearest(key, Object.keys(keys))
      throw new ValueError(`unknown key \`${key}\`${near === undefined ? '' : `, did you mean \`${near}\`?`}`)
    }
    found[name] = unquote(part.slice(equals + 1))
  }
  return found
}

/** Splits at a separator outside quotes; the quotes stay. */
export function splitQuoted(text: string, separator: string): readonly string[] {
  const parts: string[] = ['']
  let quote = ''
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at)
    if (character === '\\' && at + 1 < text.length) {
      parts[parts.length - 1] += text.slice(at, at + 2)
      at += 1
      continue
    }
    if (quote === '' && character === separator) {
      parts.push('')
      continue
    }
    if (character === quote) quote = ''
    else if (quote === '' && (character === '"' || character === "'")) quote = character
    parts[parts.length - 1] += character
  }
  return parts
}

/** Without the quotes around and the backslashes before quotes, commas and backslashes. */
function unquote(text: string): string {
  const bare = /^(["'])(.*)\1$/s.exec(text)?.[2] ?? text
  return bare.replaceAll(/\\(["',\\])/g, '$1')
}
