/** What a protocol gives to the upstream engine: connections to one server that carry a forwarded request. */
import type { Address, ClientConnection, ClientOptions } from '@trivet/http1/client'
import type { Forwarding } from './forwarding.ts'

/** What can be done with a request that is on its way. */
export type Flow = Pick<ClientConnection, 'write' | 'endBody' | 'pause' | 'resume' | 'abort' | 'upgrade'>

/** Connections to one server. */
export interface Pool {
  request(forwarding: Forwarding): Flow
  close(): void
}

/** A way to speak to servers. */
export interface Protocol {
  /** As log lines show it in front of the server: `http://`. */
  readonly scheme: string
  /** Bodies of unknown size can be sent. */
  readonly canStreamUnknown: boolean
  open(address: Address, options: ClientOptions): Pool
}
