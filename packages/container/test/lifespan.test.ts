/** What an application does before its first request and after its last, and the upgrades of an http.Server. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { temporaryFolder } from '@trivet/testing'
import { expect, test } from 'vitest'
import { spawnContainer, startServing } from './container-process.ts'

const lifespan = `
  export const application = async (environ, startResponse) => {
    console.log('request begins, started: ' + started)
    await new Promise((resolve) => setTimeout(resolve, 300))
    startResponse('200 OK', [])
    console.log('request ends')
    return [Buffer.from('answer')]
  }
  let started = false
  application.start = async () => {
    await new Promise((resolve) => setTimeout(resolve, 50))
    started = true
    console.log('start')
  }
  application.stop = async () => {
    await Promise.resolve()
    console.log('stop')
  }
`

test('start is awaited before a worker is ready, stop follows the last response', async () => {
  await using folder = await temporaryFolder()
  const { child, url } = await startServing(['--module', await folder.write('app.mjs', lifespan), '-p', '2'])
  await using _ = child
  expect(child.output.match(/start\n(?:.*\n)*?.*is ready/g)).not.toBeNull()
  const answer = fetch(url)
  await child.until('request begins, started: true')
  const stopping = child.stop()
  expect(await (await answer).text()).toBe('answer')
  expect(await stopping).toMatchObject({ code: 0 })
  expect(child.output.match(/\bstart\n/g)).toHaveLength(2)
  expect(child.output.match(/\bstop\n/g)).toHaveLength(2)
  expect(child.output.lastIndexOf('stop\n')).toBeGreaterThan(child.output.indexOf('request ends'))
})

test('a start that fails is a failure to load, with its traceback', async () => {
  await using folder = await temporaryFolder()
  const failing = `${lifespan}
  application.start = async () => { throw new RangeError('no database') }`
  const args = ['--module', await folder.write('app.mjs', failing), '--http-socket', '127.0.0.1:0']
  await using child = await spawnContainer(args)
  expect(await child.untilExit()).toMatchObject({ code: 22 })
  expect(child.output).toMatch(/the application does not load.*\nRangeError: no database\n {4}at .*app\.mjs:\d+/)
})

test('a stop that fails is told', async () => {
  await using folder = await temporaryFolder()
  const failing = `${lifespan}
  application.stop = async () => { throw new RangeError('not flushed') }`
  const { child } = await startServing(['--module', await folder.write('app.mjs', failing)])
  await using _ = child
  await child.stop()
  expect(child.output).toMatch(/RangeError: not flushed\n.* {4}at .*app\.mjs:\d+/)
})

test('an exported http.Server keeps its upgrade listeners, one that listens as well', async () => {
  await using folder = await temporaryFolder()
  const server = `
    import { createServer } from 'node:http'
    const server = createServer((req, res) => res.end('a page'))
    server.on('upgrade', (request, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: echo\\r\\n\\r\\n')
      socket.pipe(socket)
    })
  `
  await folder.write('exports.mjs', `${server} export { server as app }`)
  await folder.write('listens.mjs', `${server} server.listen(3000)`)
  for (const module of ['exports.mjs', 'listens.mjs']) {
    const { child, address, url } = await startServing(['--module', folder.join(module)])
    await using _ = child
    expect(await (await fetch(url)).text()).toBe('a page')
    const socket = connect(address)
    socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n')
    let received = ''
    while (!received.endsWith('\r\n\r\n')) received += String((await once(socket, 'data'))[0])
    expect(received).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/)
    socket.end('both ways')
    expect(String((await once(socket, 'data'))[0])).toBe('both ways')
    await once(socket, 'close')
    await child.stop()
  }
})
