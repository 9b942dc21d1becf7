import { closeSync, openSync, readSync } from 'node:fs'

/** Bytes: nobody guesses 128 bits. */
const size = 16

/** A word that nobody can guess, in hexadecimal. From the system's own source: node:crypto is 3 MB, and a master needs nothing else of it. */
export function newToken(): string {
  const fd = openSync('/dev/urandom', 'r')
  try {
    const bytes = Buffer.alloc(size)
    let filled = 0
    while (filled < size) {
      const count = readSync(fd, bytes, filled, size - filled, null)
      if (count === 0) throw new Error('/dev/urandom has ended')
      filled += count
    }
    return bytes.toString('hex')
  } finally {
    closeSync(fd)
  }
}
