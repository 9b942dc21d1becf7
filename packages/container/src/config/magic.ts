/**
 * uWSGI's magic variables: `%n` and the like, replaced while a file is read, from the file's own path
 * (config_magic_table_fill in its core/uwsgi.c). `%(` is left for placeholders, `%%` is a percent sign, and a letter
 * without a meaning vanishes. Capital letters name the first file read, small ones the present one.
 */
import { lstatSync, readFileSync } from 'node:fs'
import { availableParallelism, hostname, userInfo } from 'node:os'
import { basename, dirname, extname, resolve } from 'node:path'
import { groupName } from './accounts.ts'
import { hasScheme } from './source.ts'

/** Letter to text. */
export type MagicTable = ReadonlyMap<string, string>

/** The variables of one configuration file. `first` is the table of the file the start began with. */
export function magicTable(spec: string, cwd: string, first?: MagicTable): MagicTable {
  const { file, section } = splitSection(spec)
  const table = new Map<string, string>([
    ['o', spec],
    ['x', section ?? ''],
    ...(hasScheme(file) ? [] : pathTable(resolve(cwd, file))),
  ])
  for (const letter of 'odspcenxij') table.set(letter.toUpperCase(), (first ?? table).get(letter) ?? '')
  return new Map([...machineTable(cwd), ...table])
}

function pathTable(path: string): [string, string][] {
  const name = basename(path)
  const directory = dirname(path)
  const extension = extname(name)
  const inode = lstatSync(path, { throwIfNoEntry: false })?.ino
  return [
    ['p', path],
    ['s', name],
    ['d', directory.endsWith('/') ? directory : `${directory}/`],
    ['c', basename(directory)],
    ['e', extension.slice(1)],
    ['n', extension === '' ? name : name.slice(0, -extension.length)],
    ['j', pathHash(path)],
    ['i', inode === undefined ? '' : String(inode)],
    ...directory
      .split('/')
      .filter(Boolean)
      .slice(0, 10)
      .map((part, index): [string, string] => [String(index), part]),
  ]
}

function machineTable(cwd: string): [string, string][] {
  const { uid, gid, username } = userInfo()
  const now = Date.now()
  return [
    ['%', '%'],
    ['(', '%('],
    ['[', '\u001b'],
    ['v', cwd],
    ['h', hostname()],
    ['t', String(Math.floor(now / 1000))],
    ['T', String(now * 1000)],
    ['V', packageVersion()],
    ['b', process.argv[1] ?? process.execPath],
    ['k', String(availableParallelism())],
    ['u', String(uid)],
    ['U', username],
    ['g', String(gid)],
    ['G', groupName(gid) ?? String(gid)],
  ]
}

/** D. J. Bernstein's hash (its variant with exclusive or) of a path's bytes, as the four bytes in hexadecimal, lowest first. */
function pathHash(path: string): string {
  let hash = 5381
  for (const byte of Buffer.from(path)) hash = (Math.imul(hash, 33) ^ byte) >>> 0
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(hash)
  return bytes.toString('hex').toUpperCase()
}

/** Replaces every `%x` in a text. A `%` at its very end stays, where uWSGI would join the next line to it. */
export function replaceMagic(text: string, table: MagicTable): string {
  return text.includes('%') ? text.replaceAll(/%(.)/gs, (_, letter: string) => table.get(letter) ?? '') : text
}

/** `file.ini:section` in its two parts; the file is empty for `:section`, which means the present file. In a URL the colon must stand behind the last slash. */
export function splitSection(spec: string): { readonly file: string; readonly section: string | undefined } {
  const colon = spec.lastIndexOf(':')
  return colon < 0 || (hasScheme(spec) && colon < spec.lastIndexOf('/'))
    ? { file: spec, section: undefined }
    : { file: spec.slice(0, colon), section: spec.slice(colon + 1) || undefined }
}

/** The version of this package, from its package.json. */
export function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown'
}
