/** HTTP/1 toward an upstream: a pool of http1's client carries the requests. */
import { ClientPool } from '@trivet/http1/client'
import type { Protocol } from '../../upstream/protocol.ts'

/** HTTP to an upstream server. */
export const httpProtocol: Protocol = {
  scheme: 'http://',
  canStreamUnknown: true,
  open: (address, options) => new ClientPool(address, options),
}
