/**
 * The path of a request as nginx normalises it: `%XX` decoded once, runs of slashes merged (unless told not to), `.` and
 * `..` resolved, everything from `#` on dropped. What would climb above the root is an error. An escaped `%2F`, `%2E`
 * counts as the character it stands for; an escaped `?`, `#` or `%` is plain text.
 */

/** The normalised path and what was noticed on the way. */
export interface NormalUri {
  readonly path: string
  readonly args: string
}

const awkward = /\/\/|\/\.|[%#\0]/

/** Normalises the path and query of a request target that starts with a slash; undefined when it is not valid. */
export function normalizeUri(target: string, mergeSlashes: boolean): NormalUri | undefined {
  const question = target.indexOf('?')
  const rawPath = question === -1 ? target : target.slice(0, question)
  if (!awkward.test(rawPath)) {
    return { path: rawPath, args: question === -1 ? '' : withoutFragment(target.slice(question + 1)) }
  }
  const hash = rawPath.indexOf('#')
  const decoded = decodePath(hash === -1 ? rawPath : rawPath.slice(0, hash))
  const path = decoded === undefined ? undefined : resolveDots(decoded, mergeSlashes)
  if (path === undefined) return undefined
  return { path, args: question === -1 || hash !== -1 ? '' : withoutFragment(target.slice(question + 1)) }
}

function withoutFragment(args: string): string {
  const hash = args.indexOf('#')
  return hash === -1 ? args : args.slice(0, hash)
}

function decodePath(path: string): string | undefined {
  if (!path.includes('%')) return path.includes('\0') ? undefined : path
  if (/%(?![0-9a-fA-F]{2})|%00|\0/.test(path)) return undefined
  return path.replace(/%([0-9a-fA-F]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
}

/** Merges slashes and resolves `.` and `..`; undefined when the path leaves the root. */
export function resolveDots(path: string, mergeSlashes: boolean): string | undefined {
  const segments = path.slice(1).split('/')
  const last = segments.length - 1
  const result: string[] = []
  for (const [index, segment] of segments.entries()) {
    if (segment === '.') {
      if (index === last) result.push('')
    } else if (segment === '..') {
      if (result.length === 0) return undefined
      result.pop()
      if (index === last) result.push('')
    } else if (segment !== '' || index === last || !mergeSlashes) {
      result.push(segment)
    }
  }
  return `/${result.join('/')}`
}

/** Decodes every well-formed `%XX`; the rest stays as it is. */
export function unescapeUri(text: string): string {
  if (!text.includes('%')) return text
  return text.replace(/%([0-9a-fA-F]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
}

/** Takes apart a URI that came from outside the configuration; undefined when it could climb out of its folder. */
export function splitUnsafe(text: string): { readonly path: string; readonly args: string } | undefined {
  const question = text.indexOf('?')
  const path = unescapeUri(question === -1 ? text : text.slice(0, question))
  if (path === '' || path.includes('\0') || /(?:^|\/)\.\.(?:\/|$)/.test(path)) return undefined
  return { path, args: question === -1 ? '' : text.slice(question + 1) }
}

function escaper(unsafe: RegExp): (text: string) => string {
  const escapeOne = (character: string): string =>
    `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
  return (text) => (unsafe.test(text) ? text.replace(new RegExp(unsafe.source, 'g'), escapeOne) : text)
}

/** Escapes a path for a request line or a Location: control characters, space, `"#%<>?\\^`{|}` and bytes from 127 on. */
// eslint-disable-next-line no-control-regex -- control characters are what has to be escaped
export const escapeUri: (text: string) => string = escaper(/[\0-\x20"#%<>?\\^`{|}\x7f-\xff]/)
/** Escapes a query argument: the same and `&+`, but not what a query may hold. */
// eslint-disable-next-line no-control-regex -- control characters are what has to be escaped
export const escapeArgs: (text: string) => string = escaper(/[\0-\x20"#%&+<>?\\^`{|}\x7f-\xff]/)

/** Escapes one part of a path or query: all but letters, digits and `-._~`. */
export const escapeComponent: (text: string) => string = escaper(/[^A-Za-z0-9._~-]/)

/** What nginx does to a rewritten redirect: escapes of ordinary characters in the path are taken back. */
export function unescapeRedirect(text: string): string {
  const question = text.indexOf('?')
  const path = question === -1 ? text : text.slice(0, question)
  if (!path.includes('%')) return text
  const plain = path.replace(/%([0-9a-fA-F]{2})/g, (whole, digits: string) => {
    const code = Number.parseInt(digits, 16)
    return code > 0x25 && code < 0x7f ? String.fromCharCode(code) : whole
  })
  return question === -1 ? plain : plain + text.slice(question)
}
