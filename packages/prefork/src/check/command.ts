/** `trivet-check-worker [--zygote] [--payload JSON] [--patience SECONDS] -- COMMAND [ARGUMENT ...]` */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { checkWorker, type RuleReport } from './check.ts'

const usage = `usage: trivet-check-worker [--zygote] [--payload JSON] [--patience SECONDS] -- COMMAND [ARGUMENT ...]

Plays the master for a worker's program and says, rule by rule, whether it keeps to the worker contract (WORKER.md).
  --zygote      it can be forked after it has loaded: check that as well
  --payload     what its master would give it, as JSON
  --patience    seconds that it may take to start, and to leave (10)
  --version     prints the version
Exit code: 0 when every rule holds, 1 when one is broken.
`

const options = {
  zygote: { type: 'boolean', default: false },
  payload: { type: 'string', default: 'null' },
  patience: { type: 'string', default: '10' },
  version: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

/** Runs the command; resolves with its exit code. */
export async function runCheck(argv: readonly string[]): Promise<number> {
  const read = readArguments(argv)
  if (typeof read === 'string') {
    process.stderr.write(`trivet-check-worker: ${read}\n\n${usage}`)
    return 2
  }
  const { values, positionals, payload } = read
  const [command, ...args] = positionals
  if (values.version || values.help || command === undefined) {
    process.stdout.write(values.version ? `trivet-check-worker ${version()}\n` : usage)
    return values.version || values.help ? 0 : 2
  }
  const worker = { command, args, payload, patience: Number(values.patience) * 1000 }
  const reports = await checkWorker(worker, { zygote: values.zygote, onRule: print })
  const broken = reports.filter(({ verdict }) => verdict === 'broken').length
  process.stdout.write(
    broken === 0 ? `\nall ${reports.length} checks hold\n` : `\n${broken} of ${reports.length} checks are broken\n`,
  )
  return broken === 0 ? 0 : 1
}

/** The words of the command line, or what is wrong with them. */
function readArguments(argv: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options })
    if (!(Number(values.patience) > 0)) return `\`--patience\`: expected seconds, got \`${values.patience}\``
    return { values, positionals, payload: JSON.parse(values.payload) as unknown }
  } catch (error) {
    return error instanceof SyntaxError ? `\`--payload\` is not JSON: ${error.message}` : (error as Error).message
  }
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  return (manifest as { readonly version: string }).version
}

const marks = { holds: 'ok    ', broken: 'BROKEN', untried: '-     ' } as const

function print({ life, rule, asks, verdict, broken }: RuleReport): void {
  process.stdout.write(
    `${marks[verdict]} ${life}: ${rule}: ${asks}\n${broken === undefined ? '' : `       ${broken}\n`}`,
  )
}
