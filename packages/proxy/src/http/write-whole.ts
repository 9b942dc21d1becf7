import { writeSync } from 'node:fs'

/** Writes all of `bytes` to a file: a disk that is almost full takes a part. Throws the system's error. */
export function writeWhole(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at)
}
