import { expect, test } from 'vitest'
import { Site } from './process-proxy.ts'

const server = 'location / { return 200; } location /status { stub_status; }'

function numbers(text: string): number[] {
  return (text.match(/\d+/g) ?? []).map(Number)
}

test('stub_status counts over all workers, those that have left included', async () => {
  await using site = await Site.create('worker_processes 3;', server)
  const child = await site.start()
  const status = async (): Promise<number[]> => {
    const response = await fetch(`${site.url}status`, { headers: { connection: 'close' } })
    return numbers(await response.text())
  }
  for (let i = 0; i < 12; i += 1) await site.text()
  const [active, accepted, handled, requests, reading, writing, waiting] = await status()
  expect({ accepted, handled, requests }).toEqual({ accepted: 13, handled: 13, requests: 13 })
  expect([active, reading, writing, waiting]).toEqual([1, 0, 1, 0])
  child.process.kill('SIGHUP')
  await site.logged(/(?:[\s\S]*exited with code 0){3}/)
  const [, acceptedThen, , requestsThen] = await status()
  expect([acceptedThen, requestsThen]).toEqual([14, 14])
})
