/** The gateway's suite on every front. */
import { conformanceCases, runCases } from '@trivet/gateway/conformance'
import { withPeers } from '@trivet/testing'
import { expect, test } from 'vitest'
import { fronts } from './conformance-fronts.ts'

for (const front of fronts) {
  const run = front.peers === undefined ? test : withPeers(...front.peers).test
  run(`the gateway's cases: ${front.name}`, async () => {
    const running = await front.start()
    const results = await runCases(conformanceCases, running.client, front.skips)
    await running.stop()
    expect(results.filter(({ outcome }) => outcome === 'fail')).toEqual([])
    const skipped = results.filter(({ outcome }) => outcome === 'skip')
    expect(skipped.every(({ reason }) => reason !== '')).toBe(true)
    expect(skipped.length).toBeLessThan(14)
  })
}
