export { parseAddress } from './client/address.ts'
export { UwsgiExchange } from './client/exchange.ts'
export { UwsgiPool, type UwsgiPoolOptions } from './client/pool.ts'
