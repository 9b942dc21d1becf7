/** The samples in Python, as `trivet up` serves them. */
import { dirname } from 'node:path'
import { readFile } from 'node:fs/promises'
import { Child, freePort, peer, temporaryFolder, withPeers } from '@trivet/testing'
import { FormData, fetch } from 'undici'
import { expect, test } from 'vitest'
import { bin, fixture } from './stack.ts'
import { sample } from './python-stack.ts'

/** `trivet up` finds `python3` on PATH. */
async function up(name: string, interpreter: string, env: Readonly<Record<string, string>>): Promise<[Child, string]> {
  const port = await freePort()
  const child = await Child.start(bin('trivet'), ['up', `${sample(name)}/trivet.ini`], {
    env: {
      ...env,
      PORT: String(port),
      PATH: `${dirname(interpreter)}:${process.env['PATH'] ?? ''}`,
      PYTHONDONTWRITEBYTECODE: '1',
    },
  })
  await child.until('is at http')
  return [child, `http://127.0.0.1:${port}`]
}

withPeers('django').test('the polls', async () => {
  await using folder = await temporaryFolder()
  const [child, origin] = await up('polls', peer('django'), { POLLS_DATA: folder.join('data') })
  await using _ = child
  const page = await fetch(`${origin}/new/`)
  const cookie = page.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const token = /name="csrfmiddlewaretoken" value="([^"]+)"/.exec(await page.text())?.[1] ?? ''
  const picture = await readFile(fixture('picture.png'))
  const ask = async (text: string, choices: string, file: Uint8Array<ArrayBuffer>): ReturnType<typeof fetch> => {
    const form = new FormData()
    for (const [key, value] of Object.entries({ csrfmiddlewaretoken: token, text, choices })) form.set(key, value)
    form.set('picture', new File([file], 'p.png'))
    const options = { method: 'POST', body: form, headers: { cookie }, redirect: 'manual' } as const
    return await fetch(`${origin}/new/`, options)
  }
  expect((await ask('Tea?', 'yes', picture)).status).toBe(422)
  expect((await ask('Tea?', 'yes\nno', Buffer.from('<script>'))).status).toBe(422)
  const asked = await ask('Tea or coffee?', 'tea\ncoffee', picture)
  expect(asked.status).toBe(302)
  const place = `${origin}${asked.headers.get('location')}`
  const question = await (await fetch(place)).text()
  expect(question).toContain('Tea or coffee?')
  const shown = await fetch(`${origin}${/img src="([^"]+)"/.exec(question)?.[1] ?? ''}`)
  expect([shown.status, Buffer.from(await shown.arrayBuffer())]).toEqual([200, picture])
  const choice = /value="(\d+)"[^>]*> coffee/.exec(question)?.[1] ?? ''
  const vote = new URLSearchParams({ csrfmiddlewaretoken: token, choice }).toString()
  const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded' }
  const results = await fetch(place, { method: 'POST', body: vote, headers })
  expect(results.url).toBe(`${place}results/`)
  expect(await results.text()).toContain('coffee: 1')
  expect((await fetch(place, { method: 'POST', body: 'choice=x', headers })).status).toBe(403)
  expect((await fetch(`${origin}/static/admin/css/base.css`)).status).toBe(200)
  await child.stop('SIGINT')
})

withPeers('flask').test('the links', async () => {
  await using folder = await temporaryFolder()
  const [child, origin] = await up('flask-links', peer('flask'), { LINKS_DATA: folder.join('data') })
  await using _ = child
  const made = await fetch(`${origin}/api/links`, {
    method: 'POST',
    body: JSON.stringify({ url: 'https://example.org/long', name: 'short' }),
    headers: { 'content-type': 'application/json' },
  })
  expect([made.status, await made.json()]).toEqual([
    201,
    { name: 'short', url: 'https://example.org/long', visits: 0, short: `${origin}/short` },
  ])
  for (let visit = 0; visit < 3; visit += 1) {
    const response = await fetch(`${origin}/short`, { redirect: 'manual' })
    expect([response.status, response.headers.get('location')]).toEqual([302, 'https://example.org/long'])
  }
  expect(await (await fetch(`${origin}/short+`)).text()).toContain('Visits: 3')
  const bad = await fetch(origin, { method: 'POST', body: new URLSearchParams({ url: 'javascript:alert(1)' }) })
  expect([bad.status, await bad.text()]).toEqual([422, expect.stringContaining('An address begins with')])
  await child.stop('SIGINT')
})

test('each has a trivet.ini of five lines', async () => {
  for (const name of ['polls', 'flask-links']) {
    expect((await readFile(`${sample(name)}/trivet.ini`, 'utf8')).trimEnd().split('\n')).toHaveLength(5)
  }
})
