/** NGINX-TESTS.md: the score as a page, with a reason for each file that does not pass. */
import { markdownTable } from '../markdown-table.ts'
import { failures, missingModules } from './reasons.ts'
import type { Score } from './score.ts'

const introduction = `# nginx's own test suite

nginx's developers test nginx with [nginx-tests](https://github.com/nginx/nginx-tests), which drives a program as a black
box: so it can drive this one. It is not part of this repository; whoever wants the score fetches it:

\`\`\`sh
git clone https://github.com/nginx/nginx-tests
apt install perl libio-socket-ssl-perl libfcgi-perl libprotocol-websocket-perl libcryptx-perl
pnpm --filter @trivet/proxy nginx-tests "$PWD/nginx-tests"    # or: ... --tier A, or: ... access.t body.t
pnpm --filter @trivet/proxy nginx-tests "$PWD/nginx-tests" --again    # what failed the last time
\`\`\`

That runs the files below one by one, prints what each gave and how many passed, and writes this page anew, from \`test/nginx-tests/score.tsv\`. A file has passed when it ran and
nothing in it was wrong; a file that was skipped has not passed. Tier A is what a proxy before an application needs, tier B
what goes beyond. Files about mail, streams, HTTP/3, Windows and modules in C or Perl are left out.
`

/** The page. */
export function nginxTestsPage(scores: readonly Score[]): string {
  const tiers = (['A', 'B'] as const).map((tier) => scores.filter((score) => score.tier === tier))
  return [introduction, summary(scores), ...tiers.map(chapter)].join('\n')
}

function count(scores: readonly Score[], result: Score['result']): string {
  return String(scores.filter((score) => score.result === result).length)
}

function summary(scores: readonly Score[]): string {
  const lines = (['A', 'B'] as const).map((tier) => {
    const own = scores.filter((score) => score.tier === tier)
    const right = own.filter(({ result }) => result === 'passed').reduce((sum, { ok }) => sum + ok, 0)
    return [tier, String(own.length), count(own, 'passed'), count(own, 'failed'), count(own, 'skipped'), String(right)]
  })
  return markdownTable(['tier', 'files', 'passed', 'failed', 'skipped', 'checks of passed files'], lines)
}

function chapter(scores: readonly Score[]): string {
  const tier = scores[0]?.tier ?? ''
  const rows = scores.map((score) => [
    `\`${score.file}\``,
    score.result,
    score.result === 'skipped' ? '' : `${score.ok}/${score.points}`,
    reasonOf(score) ?? '',
  ])
  return `## Tier ${tier}\n\n${markdownTable(['file', 'result', 'checks', 'reason'], rows)}`
}

/** Why a file does not pass; undefined when it does, or when nobody knows. */
export function reasonOf({ file, result, said }: Score): string | undefined {
  if (result === 'passed') return undefined
  const known = failures[file]
  if (known !== undefined) return known
  const module = /^no (\S+) available$/.exec(said)?.[1]
  return module === undefined ? undefined : missingModules[module]
}
