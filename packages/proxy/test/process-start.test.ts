import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { eventually } from '@trivet/testing'
import { expect, test } from 'vitest'
import { startProxy } from '../src/index.ts'
import { run, Site } from './process-proxy.ts'

test('-t tests', async () => {
  await using site = await Site.create()
  const file = site.path('nginx.conf')
  expect(await run(site, '-t')).toEqual({
    code: 0,
    output: `nginx: the configuration file ${file} syntax is ok\nnginx: configuration file ${file} test is successful\n`,
  })
  expect(await run(site, '-tq')).toEqual({ code: 0, output: '' })
  expect(existsSync(site.path('nginx.pid'))).toBe(false)
})

test('-t shows all errors with their places', async () => {
  await using site = await Site.create('worker_proceses 2;\nuser;', 'listen 80 nonsense')
  const file = site.path('nginx.conf')
  const { code, output } = await run(site, '-t')
  expect(code).toBe(1)
  expect(output).toContain(`nginx: [emerg] unexpected "}" in ${file}:`)
  expect(output).toMatch(/test failed\n$/)
  site.configure('worker_proceses 2;\nuser;', '')
  const second = (await run(site, '-t')).output
  expect(second).toContain(
    `nginx: [emerg] unknown directive "worker_proceses" in ${file}:1\n    ${file}:1:1\n    | worker_proceses 2;\n    | ^\n    did you mean "worker_processes"?\n`,
  )
  expect(second).toContain(`nginx: [emerg] invalid number of arguments in "user" directive in ${file}:2\n`)
})

test('-T dumps each file once', async () => {
  await using site = await Site.create('include more.conf;\ninclude more.conf;')
  writeFileSync(site.path('more.conf'), '# grüße\n')
  const { code, output } = await run(site, '-T', '-q')
  const main = readFileSync(site.path('nginx.conf'), 'utf8')
  expect({ code, output }).toEqual({
    code: 0,
    output: `# configuration file ${site.path('nginx.conf')}:\n${main}\n# configuration file ${site.path('more.conf')}:\n# grüße\n\n`,
  })
})

test('a bad configuration ends the start, on standard error and in the log of -e', async () => {
  await using site = await Site.create('nonsense;')
  const { code, output } = await run(site, '-e', 'early.log')
  const message = `unknown directive "nonsense" in ${site.path('nginx.conf')}:1`
  expect(code).toBe(1)
  expect(output).toContain(`nginx: [emerg] ${message}\n`)
  expect(readFileSync(site.path('early.log'), 'utf8')).toContain(`: ${message}\n`)
})

test('a port in use is named, and nothing is left running', async () => {
  await using site = await Site.create()
  await using other = await Site.create()
  await site.start()
  other.configure('', '', `127.0.0.1:${site.port}`)
  const { code, output } = await run(other)
  const message = `[emerg] bind() to 127.0.0.1:${site.port} failed (98: Address already in use)`
  expect({ code, output }).toEqual({ code: 1, output: `nginx: ${message}\n` })
  expect(existsSync(other.path('nginx.pid'))).toBe(false)
})

test('what the command line says of logs and globals holds', async () => {
  await using site = await Site.create()
  const text = readFileSync(site.path('nginx.conf'), 'utf8')
  writeFileSync(site.path('nginx.conf'), text.replace('pid nginx.pid;', '').replace('error_log error.log debug;', ''))
  mkdirSync(site.path('logs'))
  await site.start('-e', 'given.log', '-g', 'pid nginx.pid; worker_processes 2;')
  expect(existsSync(site.path('given.log'))).toBe(true)
})

test('master_process off is one process', async () => {
  await using site = await Site.create('master_process off;')
  const child = await site.start()
  expect(await site.text()).toBe(`pid ${child.pid}\n`)
  child.process.kill('SIGQUIT')
  expect(await child.exited).toEqual({ code: 0, signal: null })
})

test('daemon on leaves when the proxy is ready, which goes on without us', async () => {
  await using site = await Site.create()
  const text = readFileSync(site.path('nginx.conf'), 'utf8')
  writeFileSync(site.path('nginx.conf'), text.replace('daemon off', 'daemon on'))
  expect(await run(site)).toEqual({ code: 0, output: '' })
  expect(await site.text()).toMatch(/^pid/)
  const pid = Number(readFileSync(site.path('nginx.pid'), 'utf8'))
  process.kill(pid, 'SIGWINCH')
  await site.logged(/exited with code 0/)
  process.kill(pid, 'SIGHUP')
  await eventually(() => site.log.match(/start worker process \d+/g)?.length === 2)
  expect(await site.text()).toMatch(/^pid/)
  process.kill(pid, 'SIGQUIT')
  await eventually(() => !existsSync(site.path('nginx.pid')))
})

test('another program starts a proxy without any process-wide effect', async () => {
  await using site = await Site.create()
  const lines: string[] = []
  const handlers = process.listenerCount('SIGHUP')
  const proxy = await startProxy({ file: 'nginx.conf', prefix: site.folder.path, output: (line) => lines.push(line) })
  expect(proxy.addresses).toEqual([{ host: '127.0.0.1', port: site.port }])
  expect(await site.text()).toMatch(/^pid/)
  site.configure('nonsense;', '')
  await expect(proxy.reload()).rejects.toThrow('unknown directive "nonsense"')
  expect(await site.text()).toMatch(/^pid/)
  site.configure('', 'location / { return 200 new; }')
  await proxy.reload()
  expect(await site.text()).toBe('new')
  await proxy.stop()
  await expect(site.text()).rejects.toThrow('fetch failed')
  expect(process.listenerCount('SIGHUP')).toBe(handlers)
  expect(existsSync(site.path('nginx.pid'))).toBe(false)
})
