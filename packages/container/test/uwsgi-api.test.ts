/** `import uwsgi`: the same programs under uWSGI and under the container, and what only shows over time. */
import { once } from 'node:events'
import { join } from 'node:path'
import { utimes } from 'node:fs/promises'
import { eventually, freePort, startUwsgi, temporaryFolder, withPeers, type Folder } from '@trivet/testing'
import { WebSocket } from 'ws'
import { expect } from 'vitest'
import { pythonFixtures, startPython } from './python-process.ts'

const file = (name: string): string => join(pythonFixtures, name)

const { concurrent: test } = withPeers('python3')

async function ask(url: string, source: string): Promise<string> {
  return await (await fetch(url, { method: 'POST', body: source })).text()
}

/** The container with everything that the fixture uses. */
async function start(folder: Folder, name: string): ReturnType<typeof startPython> {
  await folder.write('watched', '')
  const spool = folder.join('tasks')
  const options = ['--cache2', 'name=main,items=50,blocksize=1000', '--mule', '--spooler', spool, '--locks', '2']
  return await startPython(
    [
      '--wsgi-file',
      file(name),
      '--chdir',
      folder.path,
      '--processes',
      '2',
      '--disable-logging',
      '--spooler-frequency',
      '1',
      ...options,
    ],
    { cwd: folder.path },
  )
}

/** Programs whose results are the same under both; what differs on purpose is in the README. */
const programs: readonly string[] = [
  'result = [uwsgi.mule_id(), uwsgi.numproc, uwsgi.cores, uwsgi.i_am_the_spooler(), uwsgi.logsize()]',
  'result = [uwsgi.SPOOL_OK, uwsgi.SPOOL_RETRY, uwsgi.SPOOL_IGNORE]',
  'result = [type(uwsgi.version), uwsgi.version_info[:2], [type(part) for part in uwsgi.version_info]]',
  'result = [type(uwsgi.masterpid()), type(uwsgi.started_on), type(uwsgi.hostname), uwsgi.is_a_reload, uwsgi.unbit]',
  'result = [uwsgi.opt["cache2"], uwsgi.opt["processes"], "nothing" in uwsgi.opt]',
  'result = [[type(n) for n in uwsgi.mem()], uwsgi.worker_id() in (1, 2), type(uwsgi.total_requests())]',
  'result = sorted(uwsgi.workers()[0])[:4], len(uwsgi.workers()), type(uwsgi.workers()), uwsgi.workers()[1]["id"]',
  'result = [uwsgi.cache_set("a", "b"), uwsgi.cache_set("a", "c"), uwsgi.cache_get("a"), uwsgi.cache_get(b"a")]',
  'result = [uwsgi.cache_update("a", b"\\xff"), uwsgi.cache_get("a"), uwsgi.cache_exists("a"), uwsgi.cache_exists("b")]',
  'result = [uwsgi.cache_get("none"), uwsgi.cache_del("a"), uwsgi.cache_del("a"), uwsgi.cache_keys()]',
  'result = [uwsgi.cache_inc("n"), uwsgi.cache_inc("n", 4), uwsgi.cache_dec("n", 2), uwsgi.cache_num("n")]',
  'result = [uwsgi.cache_mul("n", 7), uwsgi.cache_div("n", 2), uwsgi.cache_num("n"), uwsgi.cache_get("n")]',
  'result = [uwsgi.cache_set("x", "y" * 1001), uwsgi.cache_set("x", "y" * 1000, 60, "main")]',
  'result = [uwsgi.cache_clear(), uwsgi.cache_keys("main")]',
  'result = [uwsgi.lock(), uwsgi.is_locked(), uwsgi.unlock(), uwsgi.is_locked(), uwsgi.is_locked(2)]',
  'result = [uwsgi.set_logvar("k", "v"), uwsgi.get_logvar("k"), uwsgi.get_logvar("l"), uwsgi.log("said")]',
  'result = [uwsgi.env is environ or uwsgi.env["REQUEST_METHOD"], type(uwsgi.connection_fd()), type(uwsgi.request_id())]',
  'result = [uwsgi.signal_registered(20), uwsgi.signal_registered(99), uwsgi.signal(20)]',
  'result = [hasattr(uwsgi, "nothing"), getattr(uwsgi, "nothing", 5), uwsgi.parsefile("/nowhere")]',
  'result = [uwsgi.signal(31), uwsgi.signal_wait(31), uwsgi.signal_received(), log[-1:]]',
  'result = [uwsgi.signal(32), uwsgi.signal(31), uwsgi.signal_wait(31), uwsgi.signal_received(), sorted(log[-2:])]',
  'result = uwsgi.signal_received()',
  'result = uwsgi.add_cron(31, -1, -1, -1, -1, -1)',
  'result = uwsgi.add_cron(31, 59, 23, 31, 12, 7)',
  'result = [uwsgi.add_timer(33, 3600), uwsgi.add_rb_timer(33, 3600), uwsgi.accepting(), uwsgi.accepting(1)]',
  'result = uwsgi.log_this_request()',
  'result = uwsgi.mule_get_msg()',
  'result = [uwsgi.mule_msg("hello"), uwsgi.mule_msg(b"hello", 1)]',
]

withPeers('python3', 'uwsgi', 'uwsgi-python').concurrent('what is asked of uWSGI is answered alike', async () => {
  await using folder = await temporaryFolder()
  await folder.write('watched', '')
  await folder.write('tasks/.keep', '')
  const port = await freePort()
  const ini = [
    'plugin = python3', `http-socket = 127.0.0.1:${port}`, `wsgi-file = ${file('uwsgi_api.py')}`, `chdir = ${folder.path}`,
    'master = true', 'processes = 2', 'mule = true', 'locks = 2', 'cache2 = name=main,items=50,blocksize=1000',
    'disable-logging = true', `spooler = ${folder.join('tasks')}`,
  ] // prettier-ignore
  await using uwsgi = await startUwsgi({ ini: ini.join('\n'), folder })
  const { child, url } = await start(folder, 'uwsgi_api.py')
  await using _ = child
  for (const program of programs) {
    expect(await ask(url, program), program).toBe(await ask(`http://127.0.0.1:${port}/`, program))
  }
  // Of all these requests one asked for a line in the log, under either.
  for (const { output } of [uwsgi.child, child]) expect(output.match(/\] POST \/ => generated/g)).toHaveLength(1)
  await uwsgi.stop()
  await child.stop('SIGTERM')
})

test('what is not there says why', async () => {
  await using folder = await temporaryFolder()
  const { child, url } = await start(folder, 'uwsgi_api.py')
  await using _ = child
  expect(await ask(url, 'result = uwsgi.accepting(0)')).toMatch(/^ValueError: a worker that is ready accepts/)
  expect(await ask(url, 'result = uwsgi.add_cron(1, 61, -1, -1, -1, -1)')).toMatch(/^ValueError: the minute/)
  expect(await ask(url, 'result = uwsgi.add_cron(1, -1)')).toMatch(/^TypeError/)
})

test('signals, timers, watched files, mules and the spooler', async () => {
  await using folder = await temporaryFolder()
  const { child, url } = await start(folder, 'uwsgi_decorated.py')
  await using _ = child
  const number = async (key: string): Promise<number> => Number(await ask(url, `result = uwsgi.cache_num("${key}")`))
  const text = async (key: string): Promise<string> => await ask(url, `result = uwsgi.cache_get("${key}")`)
  await ask(url, 'result = uwsgi.signal(21)')
  await eventually(async () => (await number('seen-1')) === 1 && (await number('seen-2')) === 1)
  await eventually(async () => (await number('ticks')) > 0)
  await eventually(async () => {
    await utimes(folder.join('watched'), new Date(), new Date())
    return (await number('changes')) > 0
  })
  await ask(url, 'in_a_mule("x", more=3); result = 0')
  await eventually(async () => (await text('mule')) === "b'1 x 3'")
  await ask(url, 'later({"word": "hi"}); later_with(1, two="z"); picky({"a": "b"}); result = 0')
  await eventually(async () => (await text('passed')) === `b"(1, 'z')"`)
  expect(await text('spooled')).toContain('hi True')
  await eventually(async () => (await number('attempts')) === 3)
  await eventually(async () => (await ask(url, 'result = uwsgi.spooler_jobs()')) === '[]')
  // What is not there says so, and hasattr still works.
  expect(await ask(url, 'result = uwsgi.rpc("x")')).toBe(
    'AttributeError: uwsgi.rpc is not available in Trivet: there is no RPC between applications: use HTTP, or a mule',
  )
  await ask(url, 'import trivet; result = trivet is uwsgi')
  const stuck = await fetch(url, { method: 'POST', body: 'result = stuck(30)' })
  expect(stuck.status).toBe(504)
  await child.until('user harakiri after 1 s, stuck at')
  expect(await ask(url, 'uwsgi.lock(); uwsgi.reload(); result = 1')).toBe('1')
  await child.until('reloaded\n')
  // A lock goes with the process that held it.
  expect(await ask(url, 'result = [uwsgi.lock(), uwsgi.unlock(), uwsgi.is_a_reload]')).toBe('[None, None, True]')
  await child.stop('SIGTERM')
})

test('websocket_* take the connection over', async () => {
  const { child, url } = await startPython(['--wsgi-file', 'websocket.py', '--disable-logging', '--threads', '2'])
  await using _ = child
  const open = async (): Promise<WebSocket> => {
    const socket = new WebSocket(url.replace('http', 'ws'))
    await once(socket, 'open')
    return socket
  }
  const socket = await open()
  const say = async (data: string | Buffer): Promise<readonly [string, boolean]> => {
    const answer = once(socket, 'message')
    socket.send(data)
    const [text, binary] = (await answer) as [Buffer, boolean]
    return [text.toString(), binary]
  }
  expect(await say('grüße')).toEqual(['grüße', false])
  expect(await say(Buffer.from('a\0b'))).toEqual(['a\0b', true])
  expect(await say('now?')).toEqual(["b''", false])
  expect(await (await fetch(`${url}/plain`)).text()).toBe('plain\n')
  const ended = once(socket, 'close')
  socket.send('bye')
  expect((await ended)[0]).toBe(1000)
  const failing = await open()
  const failed = once(failing, 'close')
  failing.send('boom')
  expect((await failed)[0]).toBe(1011)
  await child.until('RuntimeError: this application fails')
  const leaving = await open()
  leaving.close(4000)
  await once(leaving, 'close')
  expect(child.output.match(/Traceback/g)).toHaveLength(1)
  // A request that asks for no WebSocket gets an error and not a broken connection.
  expect((await fetch(url)).status).toBe(500)
  // Whoever is there when the worker goes is told to come again; the application learns it as an error of `recv`.
  const patient = await open()
  const closed = once(patient, 'close')
  await child.stop('SIGTERM')
  expect((await closed)[0]).toBe(1012)
  expect(child.output.match(/Traceback/g)).toHaveLength(2)
})

test('a worker whose only core is in a WebSocket leaves it when it is to stop', async () => {
  const { child, url } = await startPython(['--wsgi-file', 'websocket.py', '--disable-logging'])
  await using _ = child
  const socket = new WebSocket(url.replace('http', 'ws'))
  await once(socket, 'open')
  const echo = once(socket, 'message')
  socket.send('here')
  await echo
  const closed = once(socket, 'close')
  await child.stop('SIGTERM')
  expect((await closed)[0]).toBe(1012)
})
