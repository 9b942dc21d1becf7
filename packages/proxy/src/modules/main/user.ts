/** `user`: who the workers run as. */
import type { Report } from '../../language/diagnostic.ts'
import type { Statement } from '../../language/statement.ts'
import { findGroup, findUser } from '../../process/account.ts'
import type { Owner } from '../../process/error-log.ts'

/** Reads it; undefined when it is wrong, or when there is nothing to drop. */
export function readUser(statement: Statement, report: Report): Owner | undefined {
  if (process.geteuid?.() !== 0) {
    report.warn(
      'the "user" directive makes sense only if the master process runs with super-user privileges, ignored',
      statement.place,
    )
    return undefined
  }
  const [name, group] = statement.args
  const user = findUser(name?.text ?? '')
  if (user === undefined) {
    report.emerg(`getpwnam("${name?.text}") failed`, name?.place, 'there is no such user')
    return undefined
  }
  if (group === undefined) {
    const own = findGroup(name?.text ?? '')
    return { uid: user.uid, gid: own ?? user.gid }
  }
  const gid = findGroup(group.text)
  if (gid === undefined) report.emerg(`getgrnam("${group.text}") failed`, group.place, 'there is no such group')
  return gid === undefined ? undefined : { uid: user.uid, gid }
}
