import type { CaseAnswer, CaseClient, CaseResponse, ConformanceCase, Expected } from './case.ts'

/** What came of a case on one server; `reason` says why it was skipped, or what was expected and what was got. */
export interface CaseResult {
  readonly name: string
  readonly outcome: 'pass' | 'fail' | 'skip'
  readonly reason: string
}

/** Case names, each with the reason why it cannot hold on this server. */
export type Skips = Readonly<Record<string, string>>

/** What a server has time for; notes that come late are waited for so long. */
const patience = 5000

/** Runs one case. Never rejects: what goes wrong is the result. */
export async function runCase(one: ConformanceCase, client: CaseClient, skips: Skips = {}): Promise<CaseResult> {
  const { name } = one
  const lacked = one.needs?.map((ability) => client.lacks[ability]).find((reason) => reason !== undefined)
  const skip = skips[name] ?? lacked
  if (skip !== undefined) return { name, outcome: 'skip', reason: skip }
  try {
    if (one.twice) await client.send(one.request)
    const answer = await client.send(one.request)
    const lacking = answer.headers.find(([field]) => field.toLowerCase() === 'x-conformance-lacks')
    if (answer.status === 501 && lacking) return { name, outcome: 'skip', reason: `no \`${lacking[1]}\` is offered` }
    const faults = [...compareAnswer(one.response, answer), ...compareEnviron(one.environ, answer)]
    if (one.notes !== undefined) faults.push(...(await compareNotes(one.notes, one, client)))
    if (one.logged !== undefined) faults.push(...(await compareLog(one.logged, client)))
    return { name, outcome: faults.length === 0 ? 'pass' : 'fail', reason: faults.join('; ') }
  } catch (error) {
    return { name, outcome: 'fail', reason: error instanceof Error ? error.message : String(error) }
  }
}

/** Runs all of them, one after the other. */
export async function runCases(
  cases: readonly ConformanceCase[],
  client: CaseClient,
  skips?: Skips,
): Promise<CaseResult[]> {
  const results: CaseResult[] = []
  for (const one of cases) results.push(await runCase(one, client, skips))
  return results
}

function compareAnswer(expected: CaseResponse, got: CaseAnswer): string[] {
  const faults: string[] = []
  const check = (what: string, wanted: unknown, is: unknown): void => {
    if (wanted !== undefined && wanted !== is) faults.push(`${what}: expected ${show(wanted)}, got ${show(is)}`)
  }
  check('status', expected.status, got.status)
  check('reason', expected.reason, got.reason)
  // What was in flight when a connection broke may be lost: the beginning is enough.
  const lost = got.broken && expected.broken !== undefined && expected.body?.startsWith(got.body) === true
  if (!lost) check('body', expected.body, got.body)
  if (expected.broken !== 'either') check('broken', expected.broken ?? false, got.broken)
  check('informational', expected.informational?.join(), got.informational.join())
  for (const [name, value] of Object.entries(expected.headers ?? {})) checkField(name, value, got.headers, faults)
  for (const [name, value] of Object.entries(expected.trailers ?? {})) checkField(name, value, got.trailers, faults)
  return faults
}

function checkField(name: string, expected: Expected, fields: CaseAnswer['headers'], faults: string[]): void {
  const values = fields.filter(([field]) => field.toLowerCase() === name).map(([, value]) => value)
  const fits =
    expected === null
      ? values.length === 0
      : expected === true
        ? values.length === 1 && values[0] !== ''
        : show(values) === show(typeof expected === 'string' ? [expected] : expected)
  if (!fits) faults.push(`\`${name}\`: expected ${show(expected)}, got ${show(values)}`)
}

function compareEnviron(expected: ConformanceCase['environ'], answer: CaseAnswer): string[] {
  if (expected === undefined) return []
  const got = JSON.parse(answer.body) as Record<string, string>
  return Object.entries(expected).flatMap(([key, value]) => {
    const is = got[key]
    const fits = value === null ? is === undefined : value === true ? is !== undefined && is !== '' : is === value
    return fits ? [] : [`${key}: expected ${show(value)}, got ${show(is)}`]
  })
}

async function compareNotes(expected: readonly string[], one: ConformanceCase, client: CaseClient): Promise<string[]> {
  const path = one.request.target.split('?')[0] ?? ''
  const key = one.request.method === 'HEAD' ? `HEAD${path}` : path
  const wanted = expected.join('\n')
  const got = await patiently(async () => (await client.send({ target: `/notes?${key}` })).body, wanted)
  return got === wanted ? [] : [`the application noted ${show(got)}, expected ${show(wanted)}`]
}

async function compareLog(expected: string, client: CaseClient): Promise<string[]> {
  const got = await patiently(
    async () => ((client.log?.() ?? '').includes(expected) ? 'logged' : 'not logged'),
    'logged',
  )
  return got === 'logged' ? [] : [`the server has not logged ${show(expected)}`]
}

/** Asks until the answer is what is wanted, or time is up; the last answer. */
async function patiently(ask: () => Promise<string>, wanted: string): Promise<string> {
  const end = performance.now() + patience
  for (;;) {
    const got = await ask()
    if (got === wanted || performance.now() > end) return got
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 120 ? `${text.slice(0, 117)}...` : text
}
