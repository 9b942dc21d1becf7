/** The MD5 scheme of crypt(3), `$1$salt$hash`, and Apache's variant of it, `$apr1$salt$hash`. */
import { createHash } from 'node:crypto'
import { cryptBase64 } from './crypt-base64.ts'

const rounds = 1000
const longestSalt = 8
const order = [
  [0, 6, 12],
  [1, 7, 13],
  [2, 8, 14],
  [3, 9, 15],
  [4, 10, 5],
] as const

/** Hashes a password as `stored` was hashed; the result is equal to it when the password is right. */
export function md5Crypt(password: string, stored: string): string {
  const magic = stored.startsWith('$apr1$') ? '$apr1$' : '$1$'
  const salt = (stored.slice(magic.length).split('$')[0] ?? '').slice(0, longestSalt)
  const md5 = (...parts: readonly (string | Buffer)[]): Buffer => {
    const hash = createHash('md5')
    for (const part of parts) hash.update(typeof part === 'string' ? Buffer.from(part, 'latin1') : part)
    return hash.digest()
  }
  const mixed = md5(password, salt, password)
  const parts: (string | Buffer)[] = [password, magic, salt]
  for (let left = password.length; left > 0; left -= mixed.length) parts.push(mixed.subarray(0, left))
  for (let bits = password.length; bits > 0; bits >>= 1) parts.push((bits & 1) === 1 ? '\0' : password.slice(0, 1))
  let final = md5(...parts)
  for (let round = 0; round < rounds; round++) {
    const isOdd = round % 2 === 1
    const middle = [...(round % 3 === 0 ? [] : [salt]), ...(round % 7 === 0 ? [] : [password])]
    final = md5(isOdd ? password : final, ...middle, isOdd ? final : password)
  }
  const text = order.map((positions) => cryptBase64(final, positions, 4)).join('')
  return `${magic}${salt}$${text}${cryptBase64(final, [11], 2)}`
}
