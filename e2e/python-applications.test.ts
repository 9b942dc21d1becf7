/** Applications that people run, from Debian's packages, behind our proxy and container. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { peer, runToEnd, temporaryFolder, withPeers } from '@trivet/testing'
import { request } from 'undici'
import { expect } from 'vitest'
import { startPythonStack } from './python-stack.ts'

const calendar = (uid: string): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Trivet//tests//EN',
    'BEGIN:VEVENT',
    `UID:${uid}`,
    'DTSTAMP:20260101T000000Z',
    'DTSTART:20260102T100000Z',
    'DTEND:20260102T110000Z',
    'SUMMARY:Tea',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n')

withPeers('radicale').test('Radicale keeps a calendar', async () => {
  await using folder = await temporaryFolder()
  const config = await folder.write(
    'config',
    `[auth]\ntype = none\n[storage]\nfilesystem_folder = ${folder.join('collections')}\n`,
  )
  await using stack = await startPythonStack('radicale', {
    application: ['--runtime', 'python', '--module', 'radicale:application'],
    container: ['--threads', '4'],
    env: { RADICALE_CONFIG: config },
  })
  const dav = async (
    method: string,
    path: string,
    body?: string | AsyncIterable<Uint8Array>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ status: number; text: string; etag: string | undefined }> => {
    const authorization = `Basic ${Buffer.from('grace:any').toString('base64')}`
    const response = await request(`${stack.origin}${path}`, {
      method: method as 'GET',
      headers: { authorization, ...headers },
      body: typeof body === 'object' ? (body as never) : (body ?? null),
    })
    const etag = response.headers['etag']
    return { status: response.statusCode, text: await response.body.text(), etag: Array.isArray(etag) ? etag[0] : etag }
  }
  expect((await dav('MKCALENDAR', '/grace/home/')).status).toBe(201)
  expect((await dav('MKCALENDAR', '/grace/home/')).status).toBe(409)
  const ics = { 'content-type': 'text/calendar' }
  expect((await dav('PUT', '/grace/home/one.ics', calendar('one'), ics)).status).toBe(201)
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (const line of calendar('two').split(/(?<=\n)/)) yield Buffer.from(line)
  }
  // Sent in chunks: the application gets a length.
  expect((await dav('PUT', '/grace/home/two.ics', pieces(), ics)).status).toBe(201)
  const got = await dav('GET', '/grace/home/two.ics')
  expect([got.status, got.text]).toEqual([200, expect.stringContaining('UID:two')])
  const listed = await dav('PROPFIND', '/grace/home/', undefined, { depth: '1' })
  expect([listed.status, listed.text.match(/<response>/g)?.length]).toEqual([207, 3])
  expect((await dav('DELETE', '/grace/home/two.ics', undefined, { 'if-match': '"not this"' })).status).toBe(412)
  expect((await dav('DELETE', '/grace/home/two.ics', undefined, { 'if-match': got.etag ?? '' })).status).toBe(200)
  expect((await dav('GET', '/grace/home/two.ics')).status).toBe(404)
  await stack.stop()
})

withPeers('mercurial', 'hgweb').test('Mercurial clones and pushes 5 MB', async () => {
  await using folder = await temporaryFolder()
  const hg = async (...args: readonly string[]): Promise<string> => {
    const env = { HGRCPATH: '', HGUSER: 'tests', HGPLAIN: '1' }
    const { code, output } = await runToEnd(peer('mercurial'), args, { cwd: folder.path, env, timeout: 60_000 })
    expect(code, output).toBe(0)
    return output
  }
  await hg('init', 'served')
  await writeFile(folder.join('served/.hg/hgrc'), '[web]\nallow_push = *\npush_ssl = no\n')
  await hg('init', 'first')
  for (let file = 0; file < 5; file += 1)
    await writeFile(folder.join('first', `part-${file}`), randomBytes(1024 * 1024))
  await hg('-R', 'first', 'commit', '-A', '-m', 'five parts')
  const wsgi = `from mercurial.hgweb import hgweb\napplication = hgweb(${JSON.stringify(folder.join('served'))}.encode())\n`
  await folder.write('hgweb.py', wsgi)
  await using stack = await startPythonStack('hgweb', {
    application: ['--wsgi-file', folder.join('hgweb.py')],
    processes: 2,
    http: `client_max_body_size 64m;
      server { listen 127.0.0.1:PORT; location / { include uwsgi_params; uwsgi_pass unix:SOCKET; } }`,
  })
  await hg('-R', 'first', 'push', stack.origin)
  await hg('clone', stack.origin, 'second')
  await writeFile(folder.join('second/note'), 'and a note\n')
  await hg('-R', 'second', 'commit', '-A', '-m', 'a note')
  await hg('-R', 'second', 'push', stack.origin)
  await hg('-R', 'first', 'pull', '-u', stack.origin)
  expect(await hg('-R', 'first', 'id', '-i')).toBe(await hg('-R', 'second', 'id', '-i'))
  expect(await hg('-R', 'served', 'verify')).not.toContain('integrity errors')
  await stack.stop()
})

withPeers('bepasty').test('bepasty takes a file in ranges and gives ranges of it', async () => {
  await using folder = await temporaryFolder()
  await mkdir(folder.join('storage'))
  const config = await folder.write(
    'bepasty.conf',
    [
      `STORAGE = 'filesystem'`,
      `STORAGE_FILESYSTEM_DIRECTORY = ${JSON.stringify(folder.join('storage'))}`,
      `SECRET_KEY = 'only for tests'`,
      `DEFAULT_PERMISSIONS = 'create,read,delete,list'`,
      `SITENAME = 'tests'`,
      '',
    ].join('\n'),
  )
  await using stack = await startPythonStack('bepasty', {
    application: ['--runtime', 'python', '--module', 'bepasty.wsgi:application'],
    container: ['--threads', '2'],
    env: { BEPASTY_CONFIG: config },
  })
  const data = randomBytes(300_000)
  const half = 150_000
  let transaction: string | undefined
  for (const [from, to] of [
    [0, half],
    [half, data.length],
  ] as const) {
    // Its API takes base64, and puts the pieces together by their ranges.
    const response = await request(`${stack.origin}/apis/rest/items`, {
      method: 'POST',
      body: data.subarray(from, to).toString('base64'),
      headers: {
        'content-type': 'application/octet-stream',
        'content-filename': 'random.bin',
        'content-range': `bytes ${from}-${to - 1}/${data.length}`,
        ...(transaction === undefined ? {} : { 'transaction-id': transaction }),
      },
    })
    const text = await response.body.text()
    expect([200, 201], text).toContain(response.statusCode)
    transaction ??= response.headers['transaction-id'] as string | undefined
    if (to === data.length) {
      const place = new URL(String(response.headers['content-location'] ?? response.headers['location']), stack.origin)
      const name = place.pathname.split('/').findLast((part) => part !== '') ?? ''
      const download = `${stack.origin}/apis/rest/items/${name}/download`
      const whole = await request(download)
      const got = Buffer.from(await whole.body.arrayBuffer())
      expect([whole.statusCode, sha(got)]).toEqual([200, sha(data)])
      const piece = await request(download, { headers: { range: 'bytes=1000-1999' } })
      // It says the range, and 200 all the same.
      expect(piece.headers['content-range']).toBe(`bytes 1000-1999/${data.length}`)
      expect(sha(Buffer.from(await piece.body.arrayBuffer()))).toBe(sha(data.subarray(1000, 2000)))
    }
  }
  await stack.stop()
})

function sha(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}
