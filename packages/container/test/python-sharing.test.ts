/** Requests of kept connections do not wait at one Python worker while another has nothing to do. */
import { listening, RawClient, temporaryFolder, withPeers } from '@trivet/testing'
import { encodePacket, keepAliveVar } from '@trivet/uwsgi'
import { expect } from 'vitest'
import { spawnContainer } from './container-process.ts'
import { pythonFixtures } from './python-process.ts'

const { test } = withPeers('python3')

/** A connection that is kept; a new one takes its place where the worker does not keep it. */
class KeptConnection implements AsyncDisposable {
  readonly #path: string
  #client: RawClient | undefined
  #asked = 0

  constructor(path: string) {
    this.#path = path
  }

  /** The process id that answered. */
  async ask(path: string): Promise<number> {
    const client = (this.#client ??= await RawClient.connect({ path: this.#path }))
    const nonce = `n${(this.#asked += 1)}`
    const vars: [string, string][] = [
      ['REQUEST_METHOD', 'GET'],
      ['PATH_INFO', path],
      [keepAliveVar, nonce],
    ]
    await client.send(encodePacket(vars))
    const output = await client.until(/\r\n\r\n\d+$/)
    if (!output.includes(`uwsgi-keepalive: ${nonce};`)) await this[Symbol.asyncDispose]()
    return Number(/\d+$/.exec(output)?.[0])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client?.[Symbol.asyncDispose]()
    this.#client = undefined
    this.#asked = 0
  }
}

test('connections that would wait at a busy worker go to one that is free', async () => {
  await using folder = await temporaryFolder()
  const socket = folder.join('app.sock')
  const options = ['--wsgi-file', 'faults.py', '--processes', '2', '--socket', socket, '--disable-logging']
  await using child = await spawnContainer(options, { cwd: pythonFixtures })
  await listening({ path: socket })
  await using one = new KeptConnection(socket)
  const stopped = await one.ask('/pid')
  // All others are kept by the worker that can accept them.
  process.kill(stopped, 'SIGSTOP')
  const connections = Array.from({ length: 6 }, () => new KeptConnection(socket))
  const askAll = (path: string): Promise<number[]> => Promise.all(connections.map((each) => each.ask(path)))
  const keepers = await askAll('/pid')
  process.kill(stopped, 'SIGCONT')
  expect(new Set(keepers).size).toBe(1)
  expect(keepers).not.toContain(stopped)

  const seen = new Set<number>()
  for (let round = 0; round < 100 && !seen.has(stopped); round += 1)
    for (const pid of await askAll('/work')) seen.add(pid)
  expect(seen).toContain(stopped)
  for (const connection of connections) await connection[Symbol.asyncDispose]()
  await child.stop('SIGTERM')
})
