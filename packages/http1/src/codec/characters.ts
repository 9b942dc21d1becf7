/** Byte classes of RFC 9110 section 5.6 as tables: one load per byte, no branches and no calls in the scanners' loops. */

export const HTAB = 0x09
export const LF = 0x0a
export const CR = 0x0d
export const SP = 0x20
export const COLON = 0x3a
export const SEMICOLON = 0x3b

function table(accepts: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (accepts(byte) ? 1 : 0))
}

const tokenPunctuation = "!#$%&'*+-.^_`|~"

/** `tchar`: methods and field names. */
export const TOKEN: Uint8Array = table((byte) => {
  const character = String.fromCharCode(byte)
  return /[0-9A-Za-z]/.test(character) || tokenPunctuation.includes(character)
})

/** `field-vchar`, SP and HTAB: field values, reason phrases and chunk extensions. */
export const TEXT: Uint8Array = table((byte) => byte === HTAB || (byte >= SP && byte !== 0x7f))

/** Everything a request target may hold here: no whitespace and no controls; bytes over 0x7f pass, as nginx lets them. */
export const VISIBLE: Uint8Array = table((byte) => byte > SP && byte !== 0x7f)

/** `uri-host [ ":" port ]` (RFC 3986 section 3.2.2): unreserved, sub-delims, `%`, `:` and brackets, and no delimiter of another URI part. */
export const AUTHORITY: Uint8Array = table((byte) => /[0-9A-Za-z\-._~!$&'()*+;=%:[\]]/.test(String.fromCharCode(byte)))

/** The value of a hexadecimal digit, 255 for any other byte. */
export const HEX: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte)
  return /[0-9A-Fa-f]/.test(character) ? Number.parseInt(character, 16) : 255
})
