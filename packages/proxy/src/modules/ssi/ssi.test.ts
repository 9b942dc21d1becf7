import { expect, test } from 'vitest'
import { bodyOf, serve, type Served } from '../../../test/served.ts'
import { formatTime } from './time-format.ts'

const page = (content: string): Record<string, string> => ({ 'page.html': content })
const start = (content: string, more = '', files: Readonly<Record<string, string>> = {}): Promise<Served> =>
  serve((port) => `server { listen 127.0.0.1:${port}; types { text/html html; } ssi on; gzip on; ${more} }`, {
    ...page(content),
    ...files,
  })

test.each([
  ['<!--#echo var="arg_a" -->', 'a=<x>', '&lt;x&gt;'],
  ['<!--#echo var="ARG_A" encoding="none" --><!--#echo var="no" default="-" -->', 'a=<x>', '<x>-'],
  ['<!--#echo var="nothing" -->', '', '(none)'],
  ['<!--#set var="v" value="$arg_a-${arg_a}\\$x" --><!--#echo var="v" -->', 'a=1', '1-1$x'],
  ['<!--#if expr="$arg_a" -->yes<!--#else -->no<!--#endif -->', 'a=1', 'yes'],
  ['<!--#if expr="$arg_a" -->yes<!--#else -->no<!--#endif -->', '', 'no'],
  ['<!--#if expr="$arg_a = 1" -->1<!--#elif expr="$arg_a != 2" -->!2<!--#else -->2<!--#endif -->', 'a=2', '2'],
  ['<!--#if expr="$arg_a = 1" -->1<!--#elif expr="$arg_a != 2" -->!2<!--#else -->2<!--#endif -->', 'a=3', '!2'],
  [
    '<!--#if expr="$arg_a = /^(.)(?P<two>.)/" --><!--#echo var="1" -->|<!--#echo var="two" --><!--#endif -->',
    'a=xyz',
    'x|y',
  ],
  ['<!--#config errmsg="bad" --><!--#nonsense -->|<!--#echo -->|<!--#endif -->', '', 'bad|bad|bad'],
  ['<!--#include virtual="/part?p=1" -->-<!--#include file="part" -->', 'a=1', 'part-part'],
  ['<!--#include virtual="/part" set="x" --><!--#echo var="x" -->', '', 'part'],
  [
    '<!--#block name="b" -->stub <!--#echo var="request_method" --><!--#endblock --><!--#include virtual="/gone" stub="b" -->',
    'a=1',
    'stub GET',
  ],
  ['<!--#include virtual="/slow" wait="yes" -->,<!--#include virtual="/part" -->', '', `${'slow'.repeat(5000)},part`],
  ['<!--#include virtual="/../x" -->', '', '[an error occurred while processing the directive]'],
  ['<!--#include virtual="/nested.html" -->!', 'a=7', 'nested 7!'],
])('%s with %j', async (content, args, expected) => {
  await using proxy = await start(
    content,
    'location /slow { limit_rate 1m; } location /gone { default_type text/plain; return 404; }',
    {
      part: 'part',
      slow: 'slow'.repeat(5000),
      'nested.html': 'nested <!--#set var="n" value="7" --><!--#echo var="n" -->',
    },
  )
  expect(bodyOf(await proxy.get(`/page.html?${args}`))).toBe(expected)
})

test('includes of includes end', async () => {
  await using proxy = await start('x<!--#include virtual="/page.html" -->')
  expect(bodyOf(await proxy.get('/page.html'))).toMatch(/^x{51}\[an error/)
  expect(proxy.errors.join('\n')).toContain('subrequests cycle while processing')
})

test('a large page with many includes comes in order', async () => {
  const large = 'x'.repeat(200_000)
  await using proxy = await start(
    Array.from(
      { length: 20 },
      (_, index) => `${index}:<!--#include virtual="/${index % 2 === 0 ? 'large' : 'small'}" -->\n`,
    ).join(''),
    '',
    { large, small: 'y' },
  )
  const lines = bodyOf(await proxy.get('/page.html')).split('\n')
  for (const [index, line] of lines.slice(0, 20).entries())
    expect(line).toBe(`${index}:${index % 2 === 0 ? large : 'y'}`)
})

test('times are written as strftime(3) does', () => {
  const date = new Date(Date.UTC(2026, 0, 5, 13, 4, 9))
  expect(formatTime('%A, %d-%b-%Y %H:%M:%S %Z|%s|%j|%e|%I%p|%y|%%|%Q', date, false)).toBe(
    `Monday, 05-Jan-2026 13:04:09 GMT|${date.getTime() / 1000}|005| 5|01PM|26|%|%Q`,
  )
})
