import { readFileSync } from 'node:fs'
import { eventually } from '@trivet/testing'
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
  await eventually(() => site.log.match(/exited with code 0/g)?.length === 3, { timeout: 40_000 })
  const [, acceptedThen, , requestsThen] = await status()
  expect([acceptedThen, requestsThen]).toEqual([14, 14])
})

test.runIf(process.platform === 'linux')(
  'workers have the limits, the priority and the processors they are given',
  async () => {
    const main = 'worker_rlimit_nofile 500; worker_rlimit_core 1m; worker_priority 5; worker_cpu_affinity 1;'
    await using site = await Site.create(main)
    await site.start()
    const [, pid] = await site.logged(/start worker process (\d+)/)
    const of = (file: string): string => readFileSync(`/proc/${pid}/${file}`, 'utf8')
    await eventually(() => /^Max open files +500 +500 /m.test(of('limits')))
    await eventually(() => /^Max core file size +1048576 +1048576 /m.test(of('limits')))
    await eventually(() => /^Cpus_allowed:\t0*1$/m.test(of('status')))
    expect(of('stat').slice(of('stat').lastIndexOf(')')).split(' ')[17]).toBe('5')
    expect(site.log).not.toContain('[alert]')
  },
)
