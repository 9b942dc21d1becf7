/** An address, a network or `unix:`, as `allow`, `deny` and `debug_connection` name them. */
import { BlockList } from 'node:net'

/** Tells whether an address is meant; that of a client of a unix socket is `unix:`. */
export type AddressMatcher = (address: string) => boolean

/** Compiles `unix:`, an address or a network; undefined when it is none of them. */
export function addressMatcher(text: string): AddressMatcher | undefined {
  if (text === 'unix:') return (address) => address === 'unix:'
  const [address = '', bits] = text.split('/')
  const family = address.includes(':') ? 'ipv6' : 'ipv4'
  const list = new BlockList()
  try {
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  } catch {
    // BlockList says in its own words what the caller reports with the directive's place.
    return undefined
  }
  return (candidate) => candidate !== 'unix:' && list.check(candidate, candidate.includes(':') ? 'ipv6' : 'ipv4')
}
