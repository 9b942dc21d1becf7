/** `pnpm --filter @trivet/gateway conformance [front ...]`: the matrix front x case, and the reason of all but a pass. */
import { type CaseResult, conformanceCases, runCases } from '@trivet/gateway/conformance'
import { findPeer } from '@trivet/testing'
import { type Front, fronts } from './conformance-fronts.ts'

const wanted = process.argv.slice(2)
const chosen = fronts.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
const columns: { name: string; results: readonly CaseResult[] }[] = []
for (const front of chosen) columns.push({ name: front.name, results: await resultsOf(front) })

async function resultsOf(front: Front): Promise<readonly CaseResult[]> {
  const missing = front.peers?.find((peer) => findPeer(peer) === undefined)
  if (missing !== undefined) {
    return conformanceCases.map(({ name }) => ({ name, outcome: 'skip', reason: `${missing} is not installed` }))
  }
  const running = await front.start()
  try {
    return await runCases(conformanceCases, running.client, front.skips)
  } finally {
    await running.stop()
  }
}

const width = Math.max(...conformanceCases.map(({ name }) => name.length))
const print = (line: string): void => void process.stdout.write(`${line}\n`)
print(`${''.padEnd(width)}  ${columns.map(({ name }) => name).join(' | ')}`)
for (const [index, { name }] of conformanceCases.entries()) {
  const marks = columns.map((column) => (column.results[index]?.outcome ?? 'fail').padEnd(column.name.length))
  print(`${name.padEnd(width)}  ${marks.join(' | ')}`)
}
print('')
for (const { name, results } of columns) {
  const count = (outcome: CaseResult['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length
  print(`${name}: ${count('pass')} pass, ${count('fail')} fail, ${count('skip')} skip`)
  for (const result of results.filter(({ outcome }) => outcome !== 'pass')) {
    print(`  ${result.outcome}  ${result.name}: ${result.reason}`)
  }
}
if (columns.some(({ results }) => results.some(({ outcome }) => outcome === 'fail'))) process.exitCode = 1
