/**
 * `pnpm --filter @trivet/proxy nginx-tests SUITE [--tier A|B] [--again] [FILE.t ...]`: runs files of nginx's own suite, which lies
 * in the folder SUITE, against this proxy; without files all that score.tsv names, or those of one tier, or (`--again`) those
 * that failed the last time, or were skipped for a reason that nobody knows. Prints the result of each file and their counts,
 * and writes score.tsv and NGINX-TESTS.md anew.
 *
 * A file has passed only when it ran and nothing in it was "not ok"; one that was skipped has not. As root the files are run
 * as uid 65534, whom the checkout must be readable for: the suite's folders are closed to the workers of a root's nginx. The
 * suite gives a server five seconds to start: on a machine that is busy with other work files fail that have nothing wrong.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { nginxTestsPage, reasonOf } from './page.ts'
import { readScores, writeScores, type Score } from './score.ts'

const binary = new URL('../../bin/trivet-proxy.js', import.meta.url).pathname
/** Seconds for one file. */
const limit = 120
const nobody = 65_534

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { tier: { type: 'string' }, again: { type: 'boolean', default: false } },
})
const [suite, ...named] = positionals
if (suite === undefined) {
  process.stderr.write('usage: nginx-tests SUITE [--tier A|B] [--again] [FILE.t ...]\n')
  process.exit(1)
}
const scores = readScores()
const folder = mkdtempSync(join(tmpdir(), 'nginx-tests-'))
chmodSync(folder, 0o777)
// Compiled source is kept for each user: without it every start takes seconds.
const cache = new URL('../../node_modules/.cache/compile', import.meta.url).pathname
mkdirSync(cache, { recursive: true })
chmodSync(cache, 0o777)
// The suite wants one executable, and the system's Node may be an old one.
const program = join(folder, 'nginx')
writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${binary}' "$@"\n`, { mode: 0o755 })
const done: Score[] = []
/** The process group of the file that is run: its servers would hold the suite's ports. */
let group: number | undefined
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    if (group !== undefined) process.kill(-group, 'SIGKILL')
    rmSync(folder, { recursive: true, force: true })
    process.exit(1)
  })
try {
  for (const [index, old] of scores.entries()) {
    if (!isWanted(old)) continue
    const score = await runFile(old)
    scores[index] = score
    done.push(score)
    writeScores(scores)
    process.stdout.write(`${score.result.padEnd(8)} ${score.file} ${score.said}\n`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
writeFileSync(new URL('../../NGINX-TESTS.md', import.meta.url), nginxTestsPage(scores))
for (const result of ['passed', 'failed', 'skipped'] as const)
  process.stdout.write(`${result} ${done.filter((score) => score.result === result).length}\n`)

function isWanted(score: Score): boolean {
  if (named.length > 0) return named.includes(score.file)
  if (values.tier !== undefined && values.tier !== score.tier) return false
  return !values.again || score.result === 'failed' || (score.result === 'skipped' && reasonOf(score) === undefined)
}

async function runFile({ file, tier }: Score): Promise<Score> {
  const user = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}
  const child = spawn('prove', ['-v', file], {
    cwd: resolve(suite ?? ''),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: folder, HOME: folder, TEST_NGINX_BINARY: program, TEST_NGINX_UNSAFE: '1' },
    ...user,
  })
  group = child.pid
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString('latin1')))
  const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), limit * 1000)
  const code = await new Promise<number | null>((done) => child.once('close', done))
  clearTimeout(timer)
  group = undefined
  return { file, tier, ...judge(output, code) }
}

function judge(output: string, code: number | null): Pick<Score, 'result' | 'ok' | 'points' | 'said'> {
  const points = Number(/^1\.\.(\d+)/m.exec(output)?.[1] ?? 0)
  const ok = output.match(/^ok \d+/gm)?.length ?? 0
  const bad = [...output.matchAll(/^not ok \d+(?: - (.*))?$/gm)].map(([, name = '']) => name)
  const wrong = bad.filter((name) => !name.includes('# TODO'))
  const skipped = /skipped: (.*)$/m.exec(output)?.[1]
  if (skipped !== undefined && ok === 0) return { result: 'skipped', ok: 0, points: 0, said: skipped }
  if (code === 0 && wrong.length === 0 && points > 0) return { result: 'passed', ok, points, said: '' }
  const said = /\[emerg\][^\n]*/.exec(output)?.[0] ?? wrong.slice(0, 4).join('; ')
  return { result: 'failed', ok, points, said: code === null ? 'took too long' : said === '' ? 'died' : said }
}
