/** The SHA-256 and SHA-512 schemes of crypt(3), `$5$` and `$6$` (Ulrich Drepper's "Unix crypt using SHA-256 and SHA-512"). */
import { createHash } from 'node:crypto'
import { cryptBase64 } from './crypt-base64.ts'

const defaultRounds = 5000
const fewestRounds = 1000
/** The specification's limit is 999999999; a stored hash with more than this would stop the worker for seconds. */
const mostRounds = 1_000_000
const longestSalt = 16

/** Which three bytes of the digest make the next four characters. */
function orderOf(size: number): readonly (readonly number[])[] {
  const third = Math.floor(size / 3)
  return Array.from({ length: third }, (_, index) => {
    const triple = [index, index + third, index + 2 * third]
    const turn = size === 64 ? index % 3 : (3 - (index % 3)) % 3
    return [...triple.slice(turn), ...triple.slice(0, turn)]
  })
}

/** Repeats a digest to so many bytes. */
function stretched(digest: Buffer, length: number): Buffer {
  return Buffer.alloc(length, digest)
}

/** Hashes a password as `stored` was hashed; undefined when `stored` asks for too many rounds. */
export function shaCrypt(password: string, stored: string): string | undefined {
  const magic = stored.slice(0, 3)
  const name = magic === '$5$' ? 'sha256' : 'sha512'
  const match = /^\$[56]\$(?:rounds=(\d+)\$)?([^$]*)/.exec(stored)
  const asked = match?.[1]
  const rounds = asked === undefined ? defaultRounds : Math.max(fewestRounds, Number(asked))
  if (rounds > mostRounds) return undefined
  const salt = Buffer.from((match?.[2] ?? '').slice(0, longestSalt), 'latin1')
  const digest = digestOf(name, Buffer.from(password, 'latin1'), salt, rounds)
  const head = `${magic}${asked === undefined ? '' : `rounds=${rounds}$`}${salt.toString('latin1')}$`
  const text = orderOf(digest.length)
    .map((positions) => cryptBase64(digest, positions, 4))
    .join('')
  return head + text + (digest.length === 64 ? cryptBase64(digest, [63], 2) : cryptBase64(digest, [31, 30], 3))
}

function digestOf(name: string, password: Buffer, salt: Buffer, rounds: number): Buffer {
  const hash = (...parts: readonly Buffer[]): Buffer => {
    const state = createHash(name)
    for (const part of parts) state.update(part)
    return state.digest()
  }
  const mixed = hash(password, salt, password)
  const parts = [password, salt, stretched(mixed, password.length)]
  for (let bits = password.length; bits > 0; bits >>= 1) parts.push((bits & 1) === 1 ? mixed : password)
  let digest = hash(...parts)
  const p = stretched(hash(...Array.from({ length: password.length }, () => password)), password.length)
  const s = stretched(hash(...Array.from({ length: 16 + (digest[0] ?? 0) }, () => salt)), salt.length)
  for (let round = 0; round < rounds; round++) {
    const isOdd = round % 2 === 1
    const middle = [...(round % 3 === 0 ? [] : [s]), ...(round % 7 === 0 ? [] : [p])]
    digest = hash(isOdd ? p : digest, ...middle, isOdd ? digest : p)
  }
  return digest
}
