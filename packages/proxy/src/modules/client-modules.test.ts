/** Modules that tell clients apart: by address, network, share, referrer, cookie, browser, signature. */
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { bodyOf, serve, statusOf } from '../../test/served.ts'
import { murmurHash } from './split-clients.ts'

test('the hash of split_clients is MurmurHash2', () => {
  expect(['', 'a', 'ab', 'abc', 'abcd', 'abcde'].map(murmurHash)).toEqual([
    0, 2456313694, 446775395, 324500635, 646393889, 1594468574,
  ])
})

test('who is a trusted proxy says who the client is', async () => {
  await using proxy = await serve(
    (port) => `server { listen 127.0.0.1:${port}; set_real_ip_from 127.0.0.1; set_real_ip_from 10.0.0.0/8;
      location / { real_ip_header X-Forwarded-For; return 200 server-$remote_addr; }
      location /last { real_ip_header X-Forwarded-For; add_header X-A "$remote_addr|$remote_port|$realip_remote_addr"; alias ${import.meta.filename}; }
      location /all { real_ip_header X-Forwarded-For; real_ip_recursive on; add_header X-A "$remote_addr"; alias ${import.meta.filename}; } }`,
  )
  const seen = async (target: string, list: string): Promise<string> =>
    /X-A: (.*)\r/.exec(await proxy.get(target, `X-Forwarded-For: ${list}\r\n`))?.[1] ?? ''
  expect(await seen('/last', '1.2.3.4, 10.1.1.1')).toBe('10.1.1.1||127.0.0.1')
  expect(await seen('/last', '[2001:db8::1]:123')).toBe('2001:db8::1|123|127.0.0.1')
  expect(await seen('/last', 'nonsense')).toMatch(/^127\.0\.0\.1\|\d+\|127\.0\.0\.1$/)
  expect(await seen('/all', '9.9.9.9, 1.2.3.4, 10.1.1.1')).toBe('1.2.3.4')
  expect(await seen('/all', '10.2.2.2, 10.1.1.1')).toBe('10.2.2.2')
})

test('networks and shares give variables their values', async () => {
  await using proxy = await serve(
    (
      port,
    ) => `geo $arg_a $net { default none; 10.0.0.0/8 ten; 10.1.0.0/16 one; 2001:db8::/32 six; delete 11.0.0.0/8; 11.0.0.0/8 x; delete 11.0.0.0/8; }
      geo $arg_a $range { ranges; default none; 10.0.0.0-10.0.0.255 low; 10.0.0.10-10.0.0.20 cut; }
      geo $arg_a $via { default direct; proxy 10.0.0.0/8; 1.2.3.4 told; }
      split_clients $arg_a $half { 50% first; * second; }
      server { listen 127.0.0.1:${port}; return 200 "$net|$range|$via|$half"; }`,
  )
  const seen = async (address: string, headers = ''): Promise<string> =>
    bodyOf(await proxy.get(`/?a=${address}`, headers))
  expect(await seen('10.0.0.15', 'X-Forwarded-For: 1.2.3.4\r\n')).toMatch(/^ten\|cut\|told\|/)
  expect(await seen('10.1.2.3')).toMatch(/^one\|none\|direct\|/)
  expect(await seen('10.0.0.9')).toMatch(/^ten\|low\|/)
  expect(await seen('11.1.1.1')).toMatch(/^none\|none\|/)
  expect(await seen('2001:db8::5')).toMatch(/^six\|none\|/)
  const halves = await Promise.all(Array.from({ length: 60 }, (_, index) => seen(`10.2.0.${index}`)))
  const first = halves.filter((text) => text.endsWith('|first')).length
  expect(first).toBeGreaterThan(10)
  expect(first).toBeLessThan(50)
})

test('referrers of others, old browsers, unsigned links are told', async () => {
  await using proxy = await serve(
    (port) => `server { listen 127.0.0.1:${port}; server_name own.example;
      location / { valid_referers none server_names *.friend.example/docs ~^exact\\.example/; return 200 "[$invalid_referer]"; }
      location /browser { modern_browser gecko 1.5; modern_browser unlisted; ancient_browser Links; return 200 "$modern_browser|$ancient_browser"; }
      location /link { secure_link $arg_md5,$arg_until; secure_link_md5 "$uri $arg_until secret"; return 200 "[$secure_link]$secure_link_expires"; }
      location /p/ { secure_link_secret word; return 200 "[$secure_link]"; } }`,
  )
  const from = async (page: string): Promise<string> => bodyOf(await proxy.get('/', `Referer: ${page}\r\n`))
  expect(bodyOf(await proxy.get('/'))).toBe('[]')
  expect(await from('https://own.example:8080/x')).toBe('[]')
  expect([await from('http://a.friend.example/docs/1'), await from('http://a.friend.example/other')]).toEqual([
    '[]',
    '[1]',
  ])
  expect([await from('http://exact.example/'), await from('http://evil.example/'), await from('hidden')]).toEqual([
    '[]',
    '[1]',
    '[1]',
  ])
  const agent = async (text: string): Promise<string> => bodyOf(await proxy.get('/browser', `User-Agent: ${text}\r\n`))
  expect(await agent('Mozilla/5.0 (X11; rv:1.8.0) Gecko')).toBe('1|')
  expect(await agent('Mozilla/5.0 (X11; rv:1.4.9) Gecko')).toBe('|1')
  expect([await agent('Links (2.1)'), await agent('curl')]).toEqual(['|1', '1|'])
  const link = async (until: number, secret: string): Promise<string> => {
    const digest = createHash('md5').update(`/link ${until} ${secret}`).digest('base64url')
    return bodyOf(await proxy.get(`/link?until=${until}&md5=${digest}`))
  }
  expect([await link(4_000_000_000, 'secret'), await link(1, 'secret')]).toEqual(['[1]4000000000', '[0]1'])
  expect(await link(4_000_000_000, 'other')).toBe('[]4000000000')
  const hex = createHash('md5').update('a/b.txtword').digest('hex')
  expect(bodyOf(await proxy.get(`/p/${hex}/a/b.txt`))).toBe('[a/b.txt]')
  expect(bodyOf(await proxy.get(`/p/${hex}/a/c.txt`))).toBe('[]')
})

test('a cookie that was given is known again', async () => {
  await using proxy = await serve(
    (
      port,
    ) => `server { listen 127.0.0.1:${port}; userid on; userid_name who; userid_expires 1d; userid_flags secure samesite=lax;
      location / { add_header X-Uid "$uid_got|$uid_set"; } location /mark { alias ${import.meta.filename}; userid_mark M; } }`,
    { page: 'page' },
  )
  const first = await proxy.get('/page')
  const cookie =
    /Set-Cookie: (who=[^;]{24}); expires=\w{3}, \d\d-\w{3}-\d\d \d\d:\d\d:\d\d GMT; path=\/; secure; samesite=lax\r/.exec(
      first,
    )?.[1] ?? ''
  const shown = /X-Uid: \|(who=[\dA-F]{32})\r/.exec(first)?.[1] ?? 'nothing'
  expect(cookie).not.toBe('')
  const second = await proxy.get('/page', `Cookie: a=b; ${cookie}\r\n`)
  expect(second).not.toContain('Set-Cookie')
  expect(second).toContain(`X-Uid: ${shown}|\r\n`)
  expect(await proxy.get('/mark', `Cookie: ${cookie}\r\n`)).toContain(`Set-Cookie: ${cookie.slice(0, -2)}M=;`)
  expect(await proxy.get('/page', 'Cookie: who=short\r\n')).toContain('Set-Cookie: who=')
  expect(proxy.errors.join('\n')).toContain('client sent too short userid cookie "short"')
})

test('random_index is one of the files of the folder', async () => {
  await using proxy = await serve(
    (port) => `server { listen 127.0.0.1:${port}; location /dir/ { random_index on; } }`,
    { 'dir/a': 'one', 'dir/b': 'two', 'dir/.hidden': 'no', 'dir/sub/c': 'no' },
  )
  const bodies = await Promise.all(Array.from({ length: 30 }, async () => bodyOf(await proxy.get('/dir/'))))
  expect([...new Set(bodies)].toSorted()).toEqual(['one', 'two'])
  expect(statusOf(await proxy.get('/dir/none/'))).toBe(404)
})
