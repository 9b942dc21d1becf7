import type { Stats } from 'node:fs'
import { expect, test } from 'vitest'
import { htmlIndex } from './autoindex.ts'

const file = (size: number): Stats =>
  ({ isDirectory: () => false, isFile: () => true, size, mtime: new Date(Date.UTC(2026, 10, 23, 4, 5)) }) as Stats

test('names are escaped, long ones cut, sizes rounded on request', () => {
  const entries = [
    { name: 'a<b>&"c:.txt', stats: file(1536) },
    { name: 'x'.repeat(60), stats: file(3_000_000) },
  ]
  const html = htmlIndex('/<x>/', entries, { exactSize: false, localTime: false, format: 'html' })
  expect(html).toContain('<h1>Index of /&lt;x&gt;/</h1>')
  expect(html).toContain('<a href="a%3Cb%3E&amp;%22c%3A.txt">a&lt;b&gt;&amp;&quot;c:.txt</a>')
  expect(html).toMatch(/ 23-Nov-2026 04:05 +2K\r\n/)
  expect(html).toMatch(new RegExp(`>${'x'.repeat(47)}\\.\\.&gt;</a> 23-Nov-2026 04:05 +3M\\r\\n`))
})
