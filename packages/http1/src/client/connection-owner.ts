import type { Address } from './address.ts'
import type { ClientConnection } from './connection.ts'
import type { ClientOptions, defaultClientOptions } from './options.ts'

/** What a connection asks of its pool. */
export interface ConnectionOwner {
  readonly address: Address
  readonly addressText: string
  readonly options: ClientOptions & typeof defaultClientOptions
  /** Coarse milliseconds: the time of the timer's last tick. */
  readonly now: number
  /** The answer has ended; true when the connection was kept. */
  release(connection: ClientConnection, reusable: boolean): boolean
  /** The connection is closed or was handed over. */
  remove(connection: ClientConnection): void
}
