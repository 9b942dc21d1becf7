import { checkWorker, type RuleReport } from '@trivet/prefork/check-worker'
import { runToEnd } from '@trivet/testing'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { running, script } from './harness.ts'

const python = await runToEnd('python3', ['-c', '']).then(
  ({ code }) => code === 0,
  () => false,
)

const bin = fileURLToPath(new URL('../bin/trivet-check-worker.js', import.meta.url))

const broken = (reports: readonly RuleReport[]): string[] =>
  reports.filter(({ verdict }) => verdict === 'broken').map((report) => `${report.rule}: ${report.broken}`)

test.concurrent('a worker in Node that joins as this package does keeps every rule', async () => {
  expect(broken(await checkWorker(running('serve.ts')))).toEqual([])
})

test.skipIf(!python).concurrent('a worker in Python, and its zygote, keep every rule [python3]', async () => {
  const reports = await checkWorker({ command: 'python3', args: [script('forks.py')] }, { zygote: true })
  expect(broken(reports)).toEqual([])
  expect(reports.map(({ rule }) => rule)).toContain('fork, output and exited')
})

test.skipIf(!python).concurrent.each([
  ['says the wrong pid', 'pid', 'hello: it says that its pid is 1'],
  ['does not listen', 'listen', 'listen: connections are refused'],
  ['makes the sockets blocking', 'blocking', 'non-blocking: the shared flag'],
  ['lets programs inherit the sockets', 'inherit', 'close-on-exec: descriptor 3'],
  ['keeps no record', 'record', 'scoreboard: its record has pid 0'],
  ['dies of SIGHUP', 'signals', 'signals: SIGHUP ended it'],
  ['dies of what it does not know', 'unknown', 'unknown messages: an unknown message ended it'],
  ['does not answer', 'ping', 'ping: no `pong` came'],
  ['ignores drain', 'drain', 'drain: it did not leave in time'],
  ['shuts the socket down for all', 'shutdown', 'close only: after it had left'],
  ['lives on without a master', 'orphan', 'end of file: it lives on'],
  ['leaves a refusal with 0', 'refused', 'refusal: it exits with 0'],
])('one that %s is told so [python3]', async (_name, fault, words) => {
  const env = { ...process.env, FAULT: fault }
  const found = broken(await checkWorker({ command: 'python3', args: [script('breaks.py')], env, patience: 4000 }))
  expect(found.join('\n')).toContain(words)
  expect(new Set(found.map((line) => line.split(':')[0])).size).toBeLessThanOrEqual(2)
})

test.concurrent('the command prints each rule and exits with 1 when one is broken', async () => {
  const { code, output } = await runToEnd(process.execPath, [bin, '--patience', '2', '--', 'false'])
  expect(code).toBe(1)
  expect(output).toContain('BROKEN a life: hello: it connects to TRIVET_CONTROL')
  expect(output).toContain('it ended before it said hello')
})

test.concurrent.each([
  [['--version'], 0, /^trivet-check-worker \d+\.\d+\.\d+/],
  [['--help'], 0, /usage: trivet-check-worker/],
  [[], 2, /usage: trivet-check-worker/],
  [['--zygot', '--', 'true'], 2, /Unknown option '--zygot'/],
  [['--payload', '{', '--', 'true'], 2, /`--payload` is not JSON/],
  [['--patience', 'long', '--', 'true'], 2, /`--patience`: expected seconds, got `long`/],
])('%j ends with %d', async (args, code, words) => {
  const result = await runToEnd(process.execPath, [bin, ...args])
  expect(result.code).toBe(code)
  expect(result.output).toMatch(words)
})
