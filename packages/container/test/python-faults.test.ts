/** Applications in Python that fail, hang, crash and leave: what their clients and the other workers see of it. */
import { readdir } from 'node:fs/promises'
import { eventually, groupMembers, RawClient, temporaryFolder, withPeers } from '@trivet/testing'
import { expect } from 'vitest'
import { startPython } from './python-process.ts'

const { concurrent: test } = withPeers('python3')

const options = ['--wsgi-file', 'faults.py', '--disable-logging']

async function text(url: string, init?: RequestInit): Promise<string> {
  return await (await fetch(url, init)).text()
}

test('errors of an application, before, in and after its answer', async () => {
  const { child, url } = await startPython(options)
  await using _ = child
  for (const [path, words] of [
    ['before', 'ValueError: before the body'],
    ['text', 'a chunk of the body must be bytes, got an object of str'],
    ['string', 'the application must return an iterable of bytes, got an object of str'],
    ['number', 'start_response: the status must be a str, got an object of int'],
    ['injected', 'start_response: the value of X has a character that may not be there'],
    ['silent', 'there is a body, or the end of one, before start_response was called'],
    ['leave', 'SystemExit: 4'],
  ]) {
    const from = child.output.length
    expect((await fetch(`${url}/${path}`)).status).toBe(500)
    await child.until(words ?? '', 30_000, from)
  }
  await expect(text(`${url}/inside`)).rejects.toThrow()
  await expect(text(`${url}/short`)).rejects.toThrow()
  await child.until('the body has 3 bytes, and its Content-Length says 4')
  expect(await text(`${url}/long`)).toBe('abcd')
  await child.until('the body is longer than its Content-Length of 4 bytes')
  expect(await text(`${url}/after`)).toBe('done')
  await child.until('ValueError: after the body')
  const body = 'x'.repeat(1_000_000)
  expect(await text(`${url}/unread`, { method: 'POST', body })).toBe('unread')
  expect(await text(`${url}/greedy`, { method: 'POST', body })).toBe("b'xxx' 999997 b'' b''")
  expect(await text(`${url}/fork`)).toBe('0')
  // `text` and `after` were closed, once each.
  expect(await text(`${url}/closes`)).toBe('2')
})

test('a client that leaves ends its answer', async () => {
  const { child, url, address } = await startPython(options)
  await using _ = child
  await using client = await RawClient.connect(address)
  await client.send('GET /endless HTTP/1.1\r\nHost: a\r\n\r\n')
  await client.until('xxxx')
  client.socket.destroy()
  expect(await eventually(async () => (await text(`${url}/closes`)) === '1')).toBe(true)
})

test('harakiri: 504, the stack, and a new worker; nobody else waits', async () => {
  const { child, url } = await startPython([...options, '--harakiri', '3', '--processes', '2'])
  await using _ = child
  let answered = false
  const slow = fetch(`${url}/sleep?30`).finally(() => (answered = true))
  for (let i = 0; i < 10; i += 1) expect(await text(`${url}/hello`)).toBe('hello')
  expect(answered).toBe(false)
  expect((await slow).status).toBe(504)
  const output = await child.until('this worker is replaced\n')
  expect(output).toContain('GET /sleep: harakiri after 3 s, answered 504')
  await child.until(/faults\.py", line \d+, in sleep\n/)
  expect(await text(`${url}/hello`)).toBe('hello')
})

test('harakiri of code that holds the lock of the interpreter', async () => {
  const { child, url } = await startPython([...options, '--harakiri', '1'])
  await using _ = child
  expect((await fetch(`${url}/hold`)).status).toBe(502)
  // On a machine that gives it no time, the master is faster.
  const output = await child.until(/in hold\n|is killed: harakiri: GET \/hold/)
  if (!output.includes('is killed')) expect(output).toMatch(/Timeout \(0:00:01/)
  expect(await text(`${url}/hello`)).toBe('hello')
})

test('threads: requests beside each other; harakiri ends one and lets the others finish', async () => {
  const { child, url } = await startPython([...options, '--threads', '4', '--harakiri', '2'])
  await using _ = child
  const names = await Promise.all([1, 2, 3, 4].map(() => text(`${url}/sleep?0.5`)))
  expect(new Set(names).size).toBe(4)
  const [stuck, other] = [fetch(`${url}/sleep?30`), text(`${url}/hello`)]
  expect(await other).toBe('hello')
  await child.until('GET /sleep: harakiri after 2 s')
  expect((await stuck).status).toBe(504)
  expect(await text(`${url}/hello`)).toBe('hello')
})

test('workers that crash, are killed or deaf are replaced', async () => {
  const { child, url } = await startPython(options)
  await using _ = child
  expect((await fetch(`${url}/crash`)).status).toBe(502)
  await child.until(/worker 1 \(pid: \d+\) left: killed by SIGSEGV/)
  const pid = Number(await text(`${url}/pid`))
  process.kill(pid, 'SIGKILL')
  await child.until(`worker 1 (pid: ${pid}) left: killed by SIGKILL`)
  const next = Number(await text(`${url}/pid`))
  expect(next).not.toBe(pid)
  expect(await text(`${url}/deaf`)).toBe('deaf')
  expect(await child.stop('SIGTERM')).toEqual({ code: 0, signal: null })
  expect(groupMembers(child.pid)).toEqual([])
})

test('a master that is killed leaves no process and no inner socket behind', async () => {
  await using folder = await temporaryFolder()
  const { child, url } = await startPython([...options, '--processes', '2'], { env: { TMPDIR: folder.path } })
  await using _ = child
  expect(await text(`${url}/hello`)).toBe('hello')
  // The master, a front worker, a zygote and its two children.
  expect(groupMembers(child.pid).length).toBe(5)
  process.kill(child.pid, 'SIGKILL')
  await eventually(() => groupMembers(child.pid).length === 0, { what: 'the end of the workers', timeout: 30_000 })
  expect((await readdir(folder.path)).filter((name) => /^trivet-\d/.test(name))).toEqual([])
})

test('what a container leaves that was killed with all its processes, the next one removes', async () => {
  await using folder = await temporaryFolder()
  const env = { TMPDIR: folder.path }
  const folders = async (): Promise<string[]> =>
    (await readdir(folder.path)).filter((name) => name.startsWith('trivet-'))
  const dead = await startPython(options, { env })
  await using _ = dead.child
  expect(await text(`${dead.url}/hello`)).toBe('hello')
  const left = await folders()
  expect(left.length).toBeGreaterThan(0)
  dead.child.kill()
  await dead.child.exited
  await eventually(() => groupMembers(dead.child.pid).length === 0, { what: 'the end of the processes' })
  // As if a stranger had made them: nobody touches those.
  await folder.write(`trivet-${dead.child.pid}-strange/file`, '')
  const next = await startPython(options, { env })
  await using __ = next.child
  expect(await text(`${next.url}/hello`)).toBe('hello')
  expect((await folders()).filter((name) => left.includes(name))).toEqual([])
  expect(await folders()).toContain(`trivet-${dead.child.pid}-strange`)
})

test('a reload whose application does not load leaves the old one in place', async () => {
  await using folder = await temporaryFolder()
  const good = 'def application(e, s):\n    s("200 OK", [])\n    return [b"%s"]\n'
  await folder.write('app.py', good.replace('%s', 'one'))
  const { child, url } = await startPython(['--wsgi-file', 'app.py', '--disable-logging'], { cwd: folder.path })
  await using _ = child
  expect(await text(url)).toBe('one')
  await folder.write('app.py', 'raise RuntimeError("not today")\n')
  child.process.kill('SIGHUP')
  await child.until('not reloaded, the old workers serve on')
  expect(child.output).toContain('RuntimeError: not today')
  expect(await text(url)).toBe('one')
  await folder.write('app.py', `${good.replace('%s', 'two')}# longer than before\n`)
  child.process.kill('SIGHUP')
  await child.until('- reloaded')
  // A connection that was open already may bring one more request to the old one, for half a second.
  await eventually(async () => (await text(url)) === 'two', { what: 'the new application' })
})
