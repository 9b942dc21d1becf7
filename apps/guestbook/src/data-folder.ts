import { mkdirSync, statSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'

/**
 * The folder for the database and the pictures, created when missing: `GUESTBOOK_DATA`, or one per user under the
 * system's temporary folder. Its name is fixed because all worker processes have to find the same one.
 */
export function dataFolder(env: Readonly<Record<string, string | undefined>>): string {
  const wanted = env['GUESTBOOK_DATA']
  if (wanted !== undefined && wanted !== '') {
    mkdirSync(wanted, { recursive: true })
    return resolve(wanted)
  }
  const { uid, username } = userInfo()
  const folder = join(tmpdir(), `trivet-guestbook-${username}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  // The temporary folder is everybody's: somebody else may have been there first.
  if (uid >= 0 && statSync(folder).uid !== uid) {
    throw new Error(`${folder} belongs to somebody else; set GUESTBOOK_DATA to a folder of your own`)
  }
  return folder
}
