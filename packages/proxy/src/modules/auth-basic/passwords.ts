/** Whether a password fits what a password file holds: nginx's own schemes, and those of crypt(3) that are known here. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { compare } from 'bcryptjs'
import desCrypt from 'unix-crypt-td-js'
import { md5Crypt } from './md5-crypt.ts'
import { shaCrypt } from './sha-crypt.ts'

/** `unknown`: stored in a way that is not known here. */
export type Verdict = 'right' | 'wrong' | 'unknown'

interface Scheme {
  readonly pattern: RegExp
  readonly verify: (password: string, stored: string) => Verdict | Promise<Verdict>
}

const sha1Size = 20

function equal(a: string, b: string): Verdict {
  const [left, right] = [Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1')]
  return left.length === right.length && timingSafeEqual(left, right) ? 'right' : 'wrong'
}

/** `{SHA}` and `{SSHA}`: base64 of the digest, and of the salt behind it. */
function sha(password: string, encoded: string, isSalted: boolean): Verdict {
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.length < sha1Size || (!isSalted && bytes.length > sha1Size)) return 'wrong'
  const digest = createHash('sha1').update(password, 'latin1').update(bytes.subarray(sha1Size)).digest()
  return timingSafeEqual(digest, bytes.subarray(0, sha1Size)) ? 'right' : 'wrong'
}

async function bcrypt(password: string, stored: string): Promise<Verdict> {
  return (await compare(Buffer.from(password, 'latin1').toString('utf8'), stored)) ? 'right' : 'wrong'
}

const schemes: readonly Scheme[] = [
  { pattern: /^\$(?:apr1|1)\$/, verify: (password, stored) => equal(md5Crypt(password, stored), stored) },
  { pattern: /^\{PLAIN\}/, verify: (password, stored) => equal(password, stored.slice('{PLAIN}'.length)) },
  { pattern: /^\{SSHA\}/, verify: (password, stored) => sha(password, stored.slice('{SSHA}'.length), true) },
  { pattern: /^\{SHA\}/, verify: (password, stored) => sha(password, stored.slice('{SHA}'.length), false) },
  { pattern: /^\$2[abxy]\$\d\d\$/, verify: bcrypt },
  {
    pattern: /^\$[56]\$/,
    verify: (password, stored) => {
      const hashed = shaCrypt(password, stored)
      return hashed === undefined ? 'unknown' : equal(hashed, stored)
    },
  },
  { pattern: /^[./0-9A-Za-z]{13}$/, verify: (password, stored) => equal(desCrypt(password, stored), stored) },
]

/** Checks a password (a byte string) against what is stored. */
export function verifyPassword(password: string, stored: string): Verdict | Promise<Verdict> {
  return schemes.find(({ pattern }) => pattern.test(stored))?.verify(password, stored) ?? 'unknown'
}
