/** Passwords that have been found right, so that a slow scheme costs its time once and not with every request. */
import { createHmac, randomBytes } from 'node:crypto'

/** How many are remembered; those longest unused go first. */
const remembered = 1000
/** Without it what is remembered tells nothing. */
const key = randomBytes(32)
const digests = new Set<string>()

function digestOf(password: string, stored: string): string {
  return createHmac('sha256', key).update(stored, 'latin1').update('\0').update(password, 'latin1').digest('base64')
}

/** Whether this password was found right for what is stored. */
export function isVerified(password: string, stored: string): boolean {
  const digest = digestOf(password, stored)
  if (!digests.delete(digest)) return false
  digests.add(digest)
  return true
}

/** Remembers a right password. */
export function noteVerified(password: string, stored: string): void {
  if (digests.size >= remembered) for (const oldest of digests) return forget(oldest, password, stored)
  digests.add(digestOf(password, stored))
}

function forget(oldest: string, password: string, stored: string): void {
  digests.delete(oldest)
  digests.add(digestOf(password, stored))
}
