/** `trivet-check-worker [--zygote] [--payload JSON] [--patience SECONDS] -- COMMAND [ARGUMENT ...]` */
import { parseArgs } from 'node:util'
import { checkWorker, type RuleReport } from './check.ts'

const usage = `usage: trivet-check-worker [--zygote] [--payload JSON] [--patience SECONDS] -- COMMAND [ARGUMENT ...]

Plays the master for a worker's program and says, rule by rule, whether it keeps to the worker contract (WORKER.md).
  --zygote      it can be forked after it has loaded: check that as well
  --payload     what its master would give it, as JSON
  --patience    seconds that it may take to start, and to leave (10)
Exit code: 0 when every rule holds, 1 when one is broken.
`

/** Runs the command; resolves with its exit code. */
export async function runCheck(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      zygote: { type: 'boolean', default: false },
      payload: { type: 'string', default: 'null' },
      patience: { type: 'string', default: '10' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const [command, ...args] = positionals
  if (command === undefined || values.help) {
    process.stdout.write(usage)
    return values.help ? 0 : 2
  }
  const worker = {
    command,
    args,
    payload: JSON.parse(values.payload) as unknown,
    patience: Number(values.patience) * 1000,
  }
  const reports = await checkWorker(worker, { zygote: values.zygote, onRule: print })
  const broken = reports.filter(({ verdict }) => verdict === 'broken').length
  process.stdout.write(
    broken === 0 ? `\nall ${reports.length} checks hold\n` : `\n${broken} of ${reports.length} checks are broken\n`,
  )
  return broken === 0 ? 0 : 1
}

const marks = { holds: 'ok    ', broken: 'BROKEN', untried: '-     ' } as const

function print({ life, rule, asks, verdict, broken }: RuleReport): void {
  process.stdout.write(
    `${marks[verdict]} ${life}: ${rule}: ${asks}\n${broken === undefined ? '' : `       ${broken}\n`}`,
  )
}
