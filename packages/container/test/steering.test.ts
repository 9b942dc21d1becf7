/** The FIFO and touched files: how an operator steers a container. */
import { statSync, utimesSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { eventually, exists, temporaryFolder, withPeers } from '@trivet/testing'
import { expect, test } from 'vitest'
import { spawnContainer, startServing } from './container-process.ts'
import { startPython } from './python-process.ts'

const later = new Date(Date.now() + 5000)

test.concurrent('commands by FIFO', async () => {
  await using folder = await temporaryFolder()
  const fifo = folder.join('a.fifo')
  const other = folder.join('b.fifo')
  const log = folder.join('site.log')
  const pid = folder.join('pid')
  const ini = await folder.write(
    'site.ini',
    `[uwsgi]\nprocesses = 1\nlogto = ${log}\npidfile = ${pid}\nvacuum = true\n`,
  )
  const child = await spawnContainer([
    ini,
    '--module',
    'app.ts',
    '--http-socket',
    folder.join('http.sock'),
    '--master-fifo',
    fifo,
    '--master-fifo',
    other,
  ])
  await using _ = child
  const said = async (text: string | RegExp): Promise<void> => {
    await eventually(
      async () =>
        typeof text === 'string'
          ? (await folder.read('site.log')).includes(text)
          : text.test(await folder.read('site.log')),
      {
        what: String(text),
      },
    )
  }
  await said('serving http on')
  expect(statSync(fifo).mode & 0o777).toBe(0o600)
  expect(statSync(fifo).isFIFO()).toBe(true)

  await folder.write('site.ini', `[uwsgi]\nprocesses = 2\nlogto = ${log}\npidfile = ${pid}\nvacuum = true\n`)
  writeFileSync(fifo, 'r\n')
  await said(/worker 2 \(pid: \d+\) is ready[^]* - reloaded/)
  writeFileSync(fifo, 'sEx')
  await said(/statistics: \d+ workers/)
  await said('there is no emperor here')
  await said('unknown command "x"')
  await folder.write('pid', 'gone')
  writeFileSync(fifo, 'P')
  await eventually(async () => (await folder.read('pid')).trim() === String(child.pid))

  writeFileSync(fifo, '1')
  await said('the active master FIFO is ' + other)
  expect([await exists(fifo), await exists(other)]).toEqual([false, true])
  writeFileSync(other, 'L')
  await eventually(async () => (await readdir(folder.path)).some((name) => /^site\.log\.\d+$/.test(name)))
  await said('the log so far is')
  writeFileSync(other, 'q')
  expect(await child.untilExit()).toEqual({ code: 0, signal: null })
  await child.stop('SIGTERM', { files: [fifo, other, pid] })
})

test.concurrent('paused, requests wait; resumed, they are answered', async () => {
  const { child, url } = await startServing([])
  await using _ = child
  child.signal('SIGTSTP')
  await child.until('paused: requests wait')
  let answered = false
  const answer = fetch(`${url}/held`).then(async (response) => {
    answered = true
    return await response.text()
  })
  await child.until('paused')
  const { promise: soon, resolve } = Promise.withResolvers<void>()
  setTimeout(resolve, 150)
  await soon
  expect(answered).toBe(false)
  child.signal('SIGTSTP')
  await child.until('resumed')
  expect(await answer).toBe('hello from /held')
  await child.stop()
})

test.concurrent('touched and changed files', async () => {
  await using folder = await temporaryFolder()
  const touch = async (name: string): Promise<string> => await folder.write(name, '')
  const [exec, hook, workers, reopen] = [await touch('e'), await touch('h'), await touch('w'), await touch('o')]
  await folder.write('watched/file', '')
  const { child } = await startServing([
    '--touch-exec',
    `${exec} echo executed in $PWD`,
    '--hook-touch',
    `${hook} print:hooked`,
    '--touch-workers-reload',
    workers,
    '--touch-logreopen',
    reopen,
    '--fs-reload',
    folder.join('watched'),
  ])
  await using _ = child
  for (const path of [exec, hook, reopen]) utimesSync(path, later, later)
  await child.until('[touch] executed in /')
  await child.until('[hook] hooked')
  await child.until('the log was reopened')
  utimesSync(workers, later, later)
  await child.until(/reloading the workers\n[^]* - reloaded/)
  const from = child.output.length
  await folder.write('watched/new', 'x')
  await child.until(/watched has changed: reloading\n[^]* - reloaded/, 30_000, from)
  await child.stop()
})

test.concurrent('what stands in the place of the FIFO and is none is left alone', async () => {
  await using folder = await temporaryFolder()
  const path = await folder.write('precious', 'data')
  const child = await spawnContainer(['--module', 'app.ts', '--http-socket', '127.0.0.1:0', '--master-fifo', path])
  await using _ = child
  expect((await child.untilExit()).code).toBe(1)
  expect(child.output).toContain(`error: \`master-fifo\`: ${path} is there already and is no FIFO`)
  expect(await folder.read('precious')).toBe('data')
})

for (const [what, ...args] of [
  ['one core', '--wsgi-file', 'app.py'],
  ['threads', '--wsgi-file', 'app.py', '--threads', '2'],
  ['ASGI', '--module', 'raw_asgi'],
])
  withPeers('python3').concurrent(`pause and resume of a worker in Python: ${what}`, async () => {
    await using folder = await temporaryFolder()
    const fifo = folder.join('fifo')
    const { child, url } = await startPython([...args, '--disable-logging', '--master-fifo', fifo])
    await using _ = child
    const hello = async (): Promise<number> => (await fetch(`${url}/hello`)).status
    expect(await hello()).toBe(200)
    writeFileSync(fifo, 'p')
    await child.until('paused: requests wait')
    let answered = 0
    // The message to the worker may be on its way while the first of these is served.
    await eventually(async () => {
      const answer = hello().finally(() => (answered += 1))
      return await Promise.race([answer.then(() => false), new Promise((resolve) => setTimeout(resolve, 300, true))])
    })
    const waiting = [1, 2, 3].map(hello)
    const before = answered
    writeFileSync(fifo, 'p')
    await child.until('resumed')
    expect(await Promise.all(waiting)).toEqual([200, 200, 200])
    await eventually(() => answered === before + 1)
    // One that is paused can be stopped, and what waits is answered first.
    writeFileSync(fifo, 'p')
    await child.until(/resumed[^]*paused: requests wait/)
    await child.stop()
  })
