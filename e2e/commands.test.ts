/** Bad input on the command lines: not 0, soon, one clear message with its place. */
import { freePort, runToEnd, temporaryFolder } from '@trivet/testing'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { bin, fixture } from './stack.ts'

/** Runs an executable that shall refuse; checks that it did so within the time. */
async function refused(name: string, args: readonly string[]): Promise<string> {
  const started = performance.now()
  const { code, output } = await runToEnd(bin(name), args)
  expect(code).not.toBe(0)
  expect(performance.now() - started).toBeLessThan(process.env['CI'] ? 3000 : 1500)
  return output
}

test('container: a module that is not there', async () => {
  const output = await refused('trivet-container', ['--http-socket', '127.0.0.1:0', '--module', fixture('prob.ts')])
  expect(output).toContain('prob.ts')
  expect(output).toContain('probe.ts') // the near name
})

test('container: an option that does not exist', async () => {
  expect(await refused('trivet-container', ['--strict', '--vaccum'])).toMatch(/vaccum.*vacuum/s)
})

test('container: every mistake of an ini file at once, each with its place', async () => {
  await using folder = await temporaryFolder()
  const ini = await folder.write('app.ini', '[uwsgi]\nstrict = true\nharakari = 3\nprocesses = many\n')
  const output = await refused('trivet-container', ['--ini', ini])
  expect(output).toMatch(/app\.ini:3:\d+/)
  expect(output).toMatch(/app\.ini:4:\d+/)
  expect(output).toContain('harakiri')
})

test('proxy: every mistake of an nginx.conf at once, each with its place and a caret', async () => {
  await using folder = await temporaryFolder()
  const conf = await folder.write('nginx.conf', 'events {}\nhttp {\n  servr {\n  }\n  gzip maybe;\n}\n')
  const output = await refused('trivet-proxy', ['-p', folder.path, '-c', conf])
  expect(output).toContain(`[emerg] unknown directive "servr" in ${conf}:3`)
  expect(output).toContain(`${conf}:5`)
  expect(output).toMatch(/^\s+\|\s+\^$/m)
})

test('proxy: -t judges without starting', async () => {
  await using folder = await temporaryFolder()
  const conf = await folder.write('nginx.conf', 'events {} http { server { listen 127.0.0.1:1; } }')
  const { code, output } = await runToEnd(bin('trivet-proxy'), ['-t', '-p', folder.path, '-c', conf])
  expect(output).toContain('test is successful')
  expect(code).toBe(0)
})

test('a port in use is named by both', async () => {
  const port = await freePort()
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  await using folder = await temporaryFolder()
  const http = `events {} daemon off; pid n.pid; error_log stderr; http { server { listen 127.0.0.1:${port}; } }`
  const conf = await folder.write('nginx.conf', http)
  expect(await refused('trivet-proxy', ['-p', folder.path, '-c', conf])).toContain(`127.0.0.1:${port}`)
  const args = ['--http-socket', `127.0.0.1:${port}`, '--module', fixture('probe.ts')]
  expect(await refused('trivet-container', args)).toContain(`127.0.0.1:${port}`)
  server.close()
})
