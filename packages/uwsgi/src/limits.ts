/** What a packet may cost its reader. */
export interface PacketLimits {
  /** Bytes of the vars block (uWSGI's `buffer-size`); the 16-bit size field cannot say more than 65535. */
  readonly bufferSize: number
  /** Vars in a packet (uWSGI's `max-vars`). */
  readonly maxVars: number
  /** Bytes of a request body (uWSGI's `limit-post`). */
  readonly maxBody: number
  /** Modifiers whose block is a list of vars and whose request this reader serves. */
  readonly modifiers: readonly number[]
}

/**
 * `bufferSize` is all the wire can carry, since uWSGI's 4096 refuses ordinary cookies; `maxVars` 512 leaves room for
 * every header a proxy passes on (uWSGI's own 128 is met by browsers with client hints); a body is bounded by who
 * reads it, so `maxBody` is unlimited as `limit-post` is; modifier 30 is modifier 0 with SCRIPT_NAME stripped.
 */
export const defaultPacketLimits: PacketLimits = {
  bufferSize: 65_535,
  maxVars: 512,
  maxBody: Number.POSITIVE_INFINITY,
  modifiers: [0, 30],
}
