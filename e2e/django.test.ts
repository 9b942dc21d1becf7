/** Django: its admin in a real browser, a new project and its documentation's uwsgi.ini as they are, its ASGI. */
import { dirname, join } from 'node:path'
import {
  accepts,
  eventually,
  freePort,
  listening,
  peer,
  runToEnd,
  temporaryFolder,
  withPeers,
  type Folder,
} from '@trivet/testing'
import { chromium } from 'playwright-core'
import { fetch } from 'undici'
import { expect } from 'vitest'
import { bin } from './stack.ts'
import { sample, startPythonStack } from './python-stack.ts'

withPeers('django', 'chromium').test('the admin in a browser: login, create, edit', async () => {
  await using folder = await temporaryFolder()
  await using stack = await startPythonStack('django', {
    application: ['--chdir', sample('polls'), '--module', 'pollsite.wsgi:application'],
    processes: 2,
    env: { POLLS_DATA: folder.join('data'), POLLS_ADMIN_PASSWORD: 'only-for-tests' },
  })
  const browser = await chromium.launch({
    executablePath: peer('chromium'),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync', '--no-first-run'],
  })
  try {
    const page = await browser.newPage()
    const failures: string[] = []
    page.on('pageerror', (error) => failures.push(error.message))
    page.on(
      'response',
      (response) => response.status() >= 400 && failures.push(`${response.status()} ${response.url()}`),
    )
    await page.goto(`${stack.origin}/admin/`)
    await page.getByLabel('Username').fill('admin')
    await page.getByLabel('Password').fill('only-for-tests')
    await page.getByRole('button', { name: 'Log in' }).click()
    await page.getByRole('link', { name: 'Add', exact: false }).filter({ hasText: 'Add' }).last().waitFor()
    await page.goto(`${stack.origin}/admin/polls/question/add/`)
    await page.locator('#id_text').fill('Is it tea time?')
    await page.locator('#id_choices-0-text').fill('yes')
    await page.locator('#id_choices-1-text').fill('later')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByRole('link', { name: 'Is it tea time?' }).first().waitFor()
    await page.locator('#result_list').getByRole('link', { name: 'Is it tea time?' }).click()
    await page.locator('#id_text').fill('Is it coffee time?')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.locator('#result_list').getByRole('link', { name: 'Is it coffee time?' }).waitFor()
    expect(failures.filter((line) => !line.includes('favicon'))).toEqual([])
  } finally {
    await browser.close()
  }
  expect(await (await fetch(`${stack.origin}/`)).text()).toContain('Is it coffee time?')
  await stack.stop()
})

async function startProject(folder: Folder): Promise<string> {
  const args = ['-m', 'django', 'startproject', 'mysite', folder.path]
  const { code, output } = await runToEnd(peer('django'), args, { env: { PYTHONDONTWRITEBYTECODE: '1' } })
  expect(code, output).toBe(0)
  return folder.path
}

/** Debian's python3 has Debian's Django; Django's own debug page is what a new project shows. */
const env = (): Readonly<Record<string, string>> => ({
  PATH: `${dirname(peer('django'))}:${process.env['PATH'] ?? ''}`,
  PYTHONDONTWRITEBYTECODE: '1',
})

withPeers('django').test("a new project under the uwsgi.ini of Django's documentation", async () => {
  await using folder = await temporaryFolder()
  const project = await startProject(folder)
  const port = await freePort()
  // https://docs.djangoproject.com/en/stable/howto/deployment/wsgi/uwsgi/, with paths of this machine's.
  const ini = await folder.write(
    'uwsgi.ini',
    `[uwsgi]
chdir=${project}
module=mysite.wsgi:application
master=True
pidfile=${join(project, 'project-master.pid')}
vacuum=True
max-requests=5000
daemonize=${join(project, 'yourproject.log')}
`,
  )
  // The file names no socket. The command comes back when the master is in the background, and writes to its log.
  const more = ['--http', `127.0.0.1:${port}`, '--env', 'DJANGO_SETTINGS_MODULE=mysite.settings']
  const started = await runToEnd(bin('trivet-container'), ['--ini', ini, ...more], { env: env() })
  const address = { host: '127.0.0.1', port }
  const log = async (): Promise<string> => await folder.read('yourproject.log')
  expect(started.code, started.output).toBe(0)
  const pid = Number(await eventually(async () => await folder.read('project-master.pid'), { what: 'the pid file' }))
  try {
    await listening(address)
    const page = await fetch(`http://127.0.0.1:${port}/`)
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('The install worked successfully')])
    const admin = await fetch(`http://127.0.0.1:${port}/admin/`, { redirect: 'manual' })
    expect(admin.status).toBe(302)
    await eventually(async () => (await log()).includes('GET /admin/'), { what: 'a line in the log' })
  } finally {
    process.kill(pid, 'SIGTERM')
  }
  await eventually(async () => !(await accepts(address)) && (await folder.read('project-master.pid')) === '', {
    what: 'its end',
    timeout: 20_000,
  })
})

withPeers('django').test('a new project over ASGI', async () => {
  await using folder = await temporaryFolder()
  const project = await startProject(folder)
  await using stack = await startPythonStack('django', {
    application: ['--chdir', project, '--asgi', 'mysite.asgi:application'],
  })
  const page = await fetch(`${stack.origin}/`)
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('The install worked successfully')])
  expect((await fetch(`${stack.origin}/none/`)).status).toBe(404)
  expect(stack.container.output).not.toContain('lifespan')
  await stack.stop()
})
