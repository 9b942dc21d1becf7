import { readFileSync } from 'node:fs'
import { ValueError } from './convert.ts'

/** A user of this machine. */
export interface Account {
  readonly uid: number
  /** The group it logs in with. */
  readonly gid: number | undefined
}

/** A user by name or number; Node has no getpwnam, so /etc/passwd is read. */
export function findUser(text: string): Account {
  const row = findRow('/etc/passwd', text)
  if (row !== undefined) return { uid: Number(row[2]), gid: Number(row[3]) }
  if (/^\d+$/.test(text)) return { uid: Number(text), gid: undefined }
  throw new ValueError(`there is no user \`${text}\` in /etc/passwd`)
}

/** A group's number by name or number. */
export function findGroup(text: string): number {
  const row = findRow('/etc/group', text)
  if (row !== undefined) return Number(row[2])
  if (/^\d+$/.test(text)) return Number(text)
  throw new ValueError(`there is no group \`${text}\` in /etc/group`)
}

/** The name of a group's number, if it has one. */
export function groupName(gid: number): string | undefined {
  return findRow('/etc/group', String(gid))?.[0]
}

function findRow(file: string, nameOrNumber: string): readonly string[] | undefined {
  const rows = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  return rows.find((row) => row[0] === nameOrNumber) ?? rows.find((row) => row[2] === nameOrNumber)
}
