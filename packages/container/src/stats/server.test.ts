import { connect } from 'node:net'
import { temporaryFolder } from '@trivet/testing'
import { expect, test } from 'vitest'
import { StatsServer } from './server.ts'

async function readAll(path: string): Promise<string> {
  return await new Promise((resolve, reject) => {
    let received = ''
    connect({ path })
      .setEncoding('utf8')
      .on('data', (chunk) => (received += chunk))
      .on('close', () => resolve(received))
      .on('error', reject)
  })
}

test('a master out of descriptors says so, once for a while, and answers the next', async () => {
  await using folder = await temporaryFolder()
  const path = folder.join('s')
  const events: string[] = []
  let broken = true
  const server = await StatsServer.open(
    { address: { path }, http: false, minified: true, cores: true },
    {
      mode: undefined,
      uid: undefined,
      gid: undefined,
      event: (text) => void events.push(text),
      document: async () => {
        if (broken) throw new Error("EMFILE: too many open files, open '/proc/net/tcp'")
        return await Promise.resolve({ version: '1' })
      },
    },
  )
  expect([await readAll(path), await readAll(path)]).toEqual(['', ''])
  expect(events).toEqual(["[stats] EMFILE: too many open files, open '/proc/net/tcp'"])
  broken = false
  expect(await readAll(path)).toBe('{"version":"1"}\n')
  await expect(
    StatsServer.open(server.settings, {
      mode: undefined,
      uid: undefined,
      gid: undefined,
      event: () => {},
      document: async () => await Promise.resolve({}),
    }),
  ).rejects.toThrow('another process is listening on it')
  server.close()
  expect(await folder.list()).toEqual([])
})
