/** crypt(3)'s base64: its own alphabet, the least significant six bits first. */
const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Writes the bytes at three positions as four characters, the first position being the most significant. */
export function cryptBase64(bytes: Uint8Array, positions: readonly number[], characters: number): string {
  let value = positions.reduce((sum, position) => sum * 256 + (bytes[position] ?? 0), 0)
  let text = ''
  for (let i = 0; i < characters; i++) {
    text += alphabet[value & 63] ?? ''
    value >>>= 6
  }
  return text
}
