import fc from 'fast-check'
import { RawClient } from '@trivet/testing'
import { expect, test } from 'vitest'
import { serve, statusOf } from '../../../test/served.ts'
import { LeakyBuckets } from './leaky-buckets.ts'

test('no window has more requests than the rate and the burst allow', () => {
  const [rate, burst] = [10, 3]
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60 }), (pauses) => {
      const buckets = new LeakyBuckets(rate * 1000, 10)
      const accepted: number[] = []
      let now = 1_000_000
      for (const pause of pauses) {
        now += pause
        if (buckets.excessOf('key', now) > burst * 1000) continue
        buckets.count('key', now)
        accepted.push(now)
      }
      for (const [first, start] of accepted.entries()) {
        for (const [offset, end] of accepted.slice(first).entries())
          expect(offset + 1).toBeLessThanOrEqual(burst + 2 + ((end - start) * rate) / 1000)
      }
    }),
  )
})

test('a full table forgets whom it has not seen for longest', () => {
  const buckets = new LeakyBuckets(1000, 2)
  for (const key of ['a', 'b', 'a', 'c']) buckets.count(key, 5000)
  expect(['a', 'b', 'c'].map((key) => buckets.excessOf(key, 5000))).toEqual([2000, 0, 1000])
})

const config = (port: number): string => `
  limit_req_zone $arg_key zone=slow:1m rate=1r/m; limit_req_zone $arg_key zone=quick:1m rate=2r/s;
  limit_conn_zone $arg_key zone=many:1m;
  server { listen 127.0.0.1:${port};
    location /req { limit_req zone=slow burst=1 nodelay; limit_req_status 429; add_header X-Limit $limit_req_status always; }
    location /wait { limit_req zone=quick burst=5; add_header X-Limit $limit_req_status; }
    location /dry { limit_req zone=slow; limit_req_dry_run on; add_header X-Limit $limit_req_status; }
    location /conn { limit_conn many 1; limit_rate 5k; add_header X-Limit $limit_conn_status always; } }`

const limitOf = (answer: string): string => `${statusOf(answer)} ${/X-Limit: (\w+)/.exec(answer)?.[1] ?? ''}`

test('requests beyond the burst are refused, others wait or are only counted', async () => {
  await using proxy = await serve(config, { req: 'r', wait: 'w', dry: 'd' })
  const answers = async (target: string, count: number): Promise<string[]> => {
    const list: string[] = []
    for (let i = 0; i < count; i++) list.push(limitOf(await proxy.get(target)))
    return list
  }
  expect(await answers('/req?key=a', 3)).toEqual(['200 PASSED', '200 PASSED', '429 REJECTED'])
  expect(await answers('/req?key=b', 1)).toEqual(['200 PASSED'])
  expect(await answers('/req', 3)).toEqual(['200 ', '200 ', '200 '])
  expect(await answers('/dry?key=c', 2)).toEqual(['200 PASSED', '200 REJECTED_DRY_RUN'])
  // Two that are sent together: the second comes within the half second that the first one fills.
  const both = await proxy.raw(`GET /wait?key=d HTTP/1.1\r\nHost: a\r\n\r\nGET /wait?key=d HTTP/1.0\r\n\r\n`)
  expect(both.match(/X-Limit: \w+/g)).toEqual(['X-Limit: PASSED', 'X-Limit: DELAYED'])
  expect(proxy.errors.join('\n')).toMatch(/limiting requests, excess: \d\.\d{3} by zone "slow"/)
  expect(proxy.errors.join('\n')).toMatch(/delaying request, excess: \d\.\d{3}, by zone "quick"/)
})

test('a client that is being served has no second request, until the first is over', async () => {
  await using proxy = await serve(config, { conn: 'x'.repeat(1_000_000) })
  const first = await RawClient.connect({ host: '127.0.0.1', port: proxy.port })
  await first.send('GET /conn?key=a HTTP/1.1\r\nHost: x\r\n\r\n')
  await first.until('X-Limit: PASSED')
  expect(limitOf(await proxy.get('/conn?key=a'))).toBe('503 REJECTED')
  await first[Symbol.asyncDispose]()
  const head = async (): Promise<string> => limitOf(await proxy.raw('HEAD /conn?key=a HTTP/1.0\r\n\r\n'))
  await expect.poll(head, { timeout: 5000 }).toBe('200 PASSED')
  expect(proxy.errors.join('\n')).toContain('limiting connections by zone "many"')
})
