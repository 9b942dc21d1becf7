/**
 * `disable_symlinks`: a path is walked folder by folder, as nginx does with openat(2), so that nobody can put a link in
 * between after it was looked at. Node has no openat; on Linux `/proc/self/fd/N/name` is the same thing. Elsewhere each part
 * is looked at before the path is opened, which leaves a moment in between.
 */
import { closeSync, constants, existsSync, fstatSync, lstatSync, openSync, statSync, type Stats } from 'node:fs'
import type { Value } from '../model/value.ts'
import type { Request } from './request.ts'

/** Which links are refused: all, or those whose target belongs to somebody else. */
export interface SymlinkRule {
  readonly refuses: 'all' | 'foreign'
  /** This beginning of a path may have links. */
  readonly from: Value | undefined
}

/** O_PATH: to name a folder without the right to read it. */
const byPath = 0x20_00_00
const folderFlags = byPath | constants.O_DIRECTORY
const hasProc = process.platform === 'linux' && existsSync('/proc/self/fd')

/** Opens a path, a byte string, under a rule. Throws the system's errors; ELOOP is a link that is refused. */
export function openGuarded(request: Request, rule: SymlinkRule, path: string, flags: number): number {
  const free = freeLength(rule.from?.read(request) ?? '', path)
  if (free === path.length) return openSync(bytesOf(path), flags)
  return hasProc ? walk(rule, path, free, flags) : lookAndOpen(rule, path, free, flags)
}

/** The same as stat(2); undefined when there is nothing. */
export function statGuarded(request: Request, rule: SymlinkRule, path: string): Stats | undefined {
  let fd: number
  try {
    fd = openGuarded(request, rule, path, hasProc ? byPath : constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    return fstatSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** How much of the path is not looked at. */
function freeLength(from: string, path: string): number {
  if (from === '' || !path.startsWith(from)) return 0
  if (from.length === path.length || path[from.length] === '/') return from.length
  return from.endsWith('/') ? from.length - 1 : 0
}

function walk(rule: SymlinkRule, path: string, free: number, flags: number): number {
  let folder = openSync(bytesOf(free === 0 ? '/' : path.slice(0, free)), folderFlags)
  try {
    const names = path.slice(free).split('/')
    const last = names.pop() ?? ''
    for (const name of names.filter((one) => one !== '')) {
      const next = openIn(rule, folder, name, folderFlags)
      closeSync(folder)
      folder = next
    }
    return last === '' ? openSync(at(folder, '.'), flags) : openIn(rule, folder, last, flags)
  } finally {
    closeSync(folder)
  }
}

function at(folder: number, name: string): Buffer {
  return bytesOf(`/proc/self/fd/${folder}/${name}`)
}

function openIn(rule: SymlinkRule, folder: number, name: string, flags: number): number {
  const path = at(folder, name)
  const fd = openSync(path, rule.refuses === 'all' ? flags | constants.O_NOFOLLOW : flags)
  try {
    // Whether a link was followed is not known any more; a different owner tells that it was one to refuse.
    if (rule.refuses === 'all' ? fstatSync(fd).isSymbolicLink() : fstatSync(fd).uid !== lstatSync(path).uid)
      throw refusal()
    return fd
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

function lookAndOpen(rule: SymlinkRule, path: string, free: number, flags: number): number {
  for (let end = path.indexOf('/', free + 1); ; end = path.indexOf('/', end + 1)) {
    const part = bytesOf(end === -1 ? path : path.slice(0, end))
    const link = lstatSync(part)
    if (link.isSymbolicLink() && (rule.refuses === 'all' || link.uid !== statSync(part).uid)) throw refusal()
    if (end === -1) return openSync(part, flags)
  }
}

function refusal(): NodeJS.ErrnoException {
  return Object.assign(new Error('Too many levels of symbolic links'), { code: 'ELOOP', errno: -40 })
}

function bytesOf(path: string): Buffer {
  return Buffer.from(path, 'latin1')
}
