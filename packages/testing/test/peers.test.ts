import { expect, test } from 'vitest'
import { findPeer, missingPackages, peer, withPeers } from '../src/peers.ts'

test('finds what every Unix has, by its absolute path', () => {
  const perl = findPeer('perl')
  if (perl !== undefined) expect(perl).toMatch(/^\/.*perl$/)
  expect(missingPackages('perl')).toEqual(perl === undefined ? ['perl'] : [])
})

test.each(['apache2', 'php-fpm', 'rack', 'plack'] as const)('%s is there, or its Debian package is named', (name) => {
  const [missing] = missingPackages(name)
  if (missing === undefined) expect(peer(name)).toMatch(/^\//)
  else expect(() => peer(name)).toThrow(`Debian has it in \`${missing}\``)
})

withPeers().test('runs when nothing is missing', () => {
  expect(missingPackages()).toEqual([])
})
