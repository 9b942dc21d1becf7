import { BlockList } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addressBytes, isInside, parseNetwork } from './network.ts'

test('addresses are read in all their forms', () => {
  expect(addressBytes('127.0.0.1')).toEqual(Uint8Array.of(127, 0, 0, 1))
  expect(addressBytes('::1')).toEqual(Uint8Array.of(...Array.from({ length: 15 }, () => 0), 1))
  expect(addressBytes('::ffff:10.1.2.3')).toEqual(Uint8Array.of(10, 1, 2, 3))
  expect(addressBytes('64:ff9b::192.0.2.33')?.slice(12)).toEqual(Uint8Array.of(192, 0, 2, 33))
  for (const text of ['', 'localhost', '1.2.3', '1.2.3.4.5', '256.1.1.1', ':::', 'unix:', '1::2::3', 'fe80::1%eth0'])
    expect(addressBytes(text)).toBeUndefined()
})

test('what is no network is told', () => {
  for (const text of ['10.0.0.0/33', '::/129', '10.0.0.0/', '10.0.0.0/-1', '/8', 'x/8'])
    expect(parseNetwork(text)).toBeUndefined()
})

test('networks hold the addresses that the system says they hold', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 }), fc.ipV4(), fc.constant('ipv4' as const)),
        fc.tuple(fc.ipV6(), fc.integer({ min: 1, max: 128 }), fc.ipV6(), fc.constant('ipv6' as const)),
      ),
      ([address, bits, candidate, family]) => {
        const network = parseNetwork(`${address}/${bits}`)
        const bytes = addressBytes(candidate)
        const own = addressBytes(address)
        if (network === undefined || bytes === undefined || own === undefined) return
        const list = new BlockList()
        list.addSubnet(address, bits, family)
        expect(isInside(network, own)).toBe(true)
        if (bytes.length === own.length) expect(isInside(network, bytes)).toBe(list.check(candidate, family))
      },
    ),
  )
})
