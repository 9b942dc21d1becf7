/** Users and groups by name. Node can change to a name but cannot look one up, and a worker's numbers have to be known
 * before it is spawned, to give it its log files. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** The numbers of a user, undefined when there is none of that name. */
export function findUser(name: string): { readonly uid: number; readonly gid: number } | undefined {
  const fields = entry('passwd', name)
  return fields === undefined ? undefined : { uid: Number(fields[2]), gid: Number(fields[3]) }
}

/** The number of a group, undefined when there is none of that name. */
export function findGroup(name: string): number | undefined {
  const fields = entry('group', name)
  return fields === undefined ? undefined : Number(fields[2])
}

/** The local file first; `getent` knows directories such as LDAP too, where there is one. */
function entry(database: 'passwd' | 'group', name: string): string[] | undefined {
  return find(readFileSync(`/etc/${database}`, 'utf8'), name) ?? find(getent(database, name), name)
}

function find(lines: string, name: string): string[] | undefined {
  return lines
    .split('\n')
    .map((line) => line.split(':'))
    .find(([first]) => first === name)
}

function getent(database: string, name: string): string {
  try {
    return execFileSync('getent', ['--', database, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  } catch {
    return '' // not installed, or it knows no such name
  }
}
