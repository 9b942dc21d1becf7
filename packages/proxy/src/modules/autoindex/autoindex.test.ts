import type { Stats } from 'node:fs'
import { expect, test } from 'vitest'
import { bodyOf, serve, statusOf } from '../../../test/served.ts'
import { htmlIndex } from './html.ts'

const file = (size: number): Stats =>
  ({ isDirectory: () => false, isFile: () => true, size, mtime: new Date(Date.UTC(2026, 10, 23, 4, 5)) }) as Stats

test('names are escaped, long ones cut, sizes rounded on request', () => {
  const entries = [
    { name: 'a<b>&"c:.txt', stats: file(15_360) },
    { name: 'x'.repeat(60), stats: file(3_000_000) },
  ]
  const html = htmlIndex('/<x>/', entries, { exactSize: false, localTime: false, isUtf8: false })
  expect(html).toContain('<h1>Index of /&lt;x&gt;/</h1>')
  expect(html).toContain('<a href="a%3Cb%3E%26%22c%3A.txt">a&lt;b&gt;&amp;&quot;c:.txt</a>')
  expect(html).toMatch(/ 23-Nov-2026 04:05 +15K\r\n/)
  expect(html).toMatch(new RegExp(`>${'x'.repeat(47)}\\.\\.&gt;</a> 23-Nov-2026 04:05 +3M\\r\\n`))
})

test('characters of UTF-8 count as one, as far as a name is shown', () => {
  const name = Buffer.from('я'.repeat(60)).toString('latin1')
  const html = htmlIndex('/', [{ name, stats: file(1) }], { exactSize: true, localTime: false, isUtf8: true })
  expect(Buffer.from(html, 'latin1').toString()).toContain(`>${'я'.repeat(47)}..&gt;</a> 23-Nov-2026`)
})

test('lists in each format', async () => {
  await using proxy = await serve(
    (port) => `server { listen 127.0.0.1:${port}; location / { autoindex on; }
      location /xml/ { autoindex on; autoindex_format xml; alias dir/; } location /dir/ { autoindex on; autoindex_format jsonp; } }`,
    { 'dir/a"b': 'text', 'dir/sub/x': '', 'dir/.hidden': '' },
  )
  const json = bodyOf(await proxy.get('/dir/'))
  expect(JSON.parse(json)).toEqual([
    { name: 'sub', type: 'directory', mtime: expect.stringMatching(/ GMT$/) },
    { name: 'a"b', type: 'file', mtime: expect.stringMatching(/ GMT$/), size: 4 },
  ])
  expect(bodyOf(await proxy.get('/dir/?callback=a.b'))).toBe(`/* callback */\r\na.b(${json});`)
  expect(statusOf(await proxy.get('/dir/?callback=alert(1)'))).toBe(400)
  const xml = await proxy.get('/xml/')
  expect(xml).toContain('Content-Type: text/xml; charset=utf-8\r\n')
  expect(bodyOf(xml)).toMatch(
    /^<\?xml version="1\.0"\?>\r\n<list>\r\n<directory mtime="[^"]+">sub<\/directory>\r\n<file mtime="[^"]+Z" size="4">a&quot;b<\/file>\r\n<\/list>\r\n$/,
  )
  expect(bodyOf(await proxy.get('/'))).toMatch(/<a href="dir\/">dir\/<\/a> {47}\d\d-/)
})
