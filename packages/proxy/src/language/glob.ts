/** The file names a pattern of `include` stands for, by the rules of glob(3): `*`, `?`, `[...]` within one path
 * segment, hidden files only when the pattern shows the dot, sorted by bytes, nothing is no error. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const magic = /[*?[]/

/** Whether the name is a pattern at all; a plain name must exist, a pattern need not match. */
export function isPattern(name: string): boolean {
  return magic.test(name)
}

/** The existing paths that an absolute pattern matches, in the order nginx reads them. */
export function expandGlob(pattern: string): string[] {
  let found = ['/']
  for (const segment of pattern.split('/').filter((part) => part !== '')) {
    found = magic.test(segment) ? found.flatMap((folder) => matching(folder, segment)) : descend(found, segment)
  }
  return found.sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
}

function descend(folders: readonly string[], segment: string): string[] {
  return folders.map((folder) => join(folder, segment.replace(/\\(.)/g, '$1'))).filter((path) => existsSync(path))
}

function matching(folder: string, segment: string): string[] {
  const expression = segmentExpression(segment)
  if (expression === undefined) return []
  return namesIn(folder)
    .filter((name) => expression.test(name) && (!name.startsWith('.') || segment.startsWith('.')))
    .map((name) => join(folder, name))
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return [] // glob(3) passes over what it cannot read
  }
}

function segmentExpression(segment: string): RegExp | undefined {
  const source = segment.replace(/\\.|\[[!^]?\]?[^\]]*\]|[*?]|[^\w]/g, (part) => {
    if (part === '*') return '.*'
    if (part === '?') return '.'
    if (part.length > 1 && part.startsWith('[')) return characterSet(part)
    return (part.length > 1 ? part.slice(1) : part).replace(/[^\w]/, String.raw`\$&`)
  })
  try {
    return new RegExp(`^${source}$`, 's')
  } catch {
    return undefined // a range such as [z-a] matches nothing
  }
}

function characterSet(part: string): string {
  const negated = part[1] === '!' || part[1] === '^'
  const members = part.slice(negated ? 2 : 1, -1).replace(/[\\\][^]/g, String.raw`\$&`)
  return `[${negated ? '^' : ''}${members}]`
}
