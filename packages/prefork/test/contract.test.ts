import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { joinMaster } from '@trivet/prefork/worker'
import { runToEnd } from '@trivet/testing'
import { expect, test } from 'vitest'
import { get, Herd, running, script } from './harness.ts'

const python = await runToEnd('python3', ['-c', '']).then(
  ({ code }) => code === 0,
  () => false,
)

test.skipIf(!python)(
  'a worker in another language, written from WORKER.md, serves, reloads and drains [python3]',
  async () => {
    await using herd = await Herd.started({
      processes: 2,
      command: 'python3',
      args: [script('serve.py')],
      payload: [1],
    })
    expect(herd.master.workers[0]).toMatchObject({ step: 'listen', info: { language: 'python', payload: [1] } })
    expect(await get(herd.listener.address)).toBe('python')
    await herd.master.reload()
    expect(await get(herd.listener.address)).toBe('python')
    await herd.master.stop()
    expect(herd.lines).toEqual([])
  },
)

const say = `const net = require('node:net')
const socket = net.connect(process.env.TRIVET_CONTROL)
socket.on('data', (chunk) => process.stdout.write(chunk)).on('close', () => process.exit(9))
const hello = { type: 'hello', version: 1, token: process.env.TRIVET_TOKEN, pid: process.pid }\n`

test.each([
  [
    'another version of the contract',
    'socket.write(JSON.stringify({ ...hello, version: 2 }) + "\\n")',
    'speaks version 1',
  ],
  ['no JSON', 'socket.write(JSON.stringify(hello) + "\\nnonsense\\n")', 'is not JSON'],
  ['an endless line', 'socket.write(JSON.stringify(hello) + "\\n" + "x".repeat(1100000))', 'is longer than'],
])('a worker that says %s is ended and named', async (_name, code, words) => {
  await using herd = await Herd.bound({ command: process.execPath, args: ['-e', say + code] })
  await expect(herd.master.start()).rejects.toMatchObject({
    code: 'protocol',
    message: expect.stringMatching(new RegExp(`broke the worker contract: .*${words}`)),
  })
})

test('a stranger on the control socket is turned away', async () => {
  await using herd = await Herd.started(running('tells-control.ts'))
  const [line = ''] = herd.lines
  const path = line.replace('stdout ', '')
  const stranger = connect({ path })
  stranger.write('{"type":"hello","version":1,"token":"guessed","pid":1}\n')
  expect(await text(stranger)).toBe('')
})

test('a program that no master started is told so', async () => {
  await expect(joinMaster()).rejects.toMatchObject({ code: 'no-master' })
})
