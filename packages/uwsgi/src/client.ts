export { parseAddress } from './client/address.ts'
export { UwsgiExchange } from './client/exchange.ts'
export { UwsgiPool, type UwsgiPoolOptions, type UwsgiRequest } from './client/pool.ts'
