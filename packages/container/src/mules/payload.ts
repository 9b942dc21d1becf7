/** What the master tells a mule, as JSON. */
export interface MulePayload {
  /** Counted from 1. */
  readonly number: number
  /** Absolute; undefined: it only waits for messages. */
  readonly script: string | undefined
  readonly title: string
}

/** A message to a mule: bytes as base64. */
export interface MuleMessage {
  readonly type: 'mule_msg'
  readonly data: string
}
