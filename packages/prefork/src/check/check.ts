import { bind, type BoundListener } from '../bind/bind.ts'
import { Pretender, Stage, type WorkerUnderTest } from './pretender.ts'
import { lives, zygoteLife, type Life } from './rules.ts'

/** What became of one rule. */
export interface RuleReport {
  /** The life it was tried in. */
  readonly life: string
  readonly rule: string
  /** What the contract asks. */
  readonly asks: string
  /** `untried`: what it stands on did not hold. */
  readonly verdict: 'holds' | 'broken' | 'untried'
  /** What broke it. */
  readonly broken: string | undefined
}

/** Further wishes. */
export interface CheckOptions {
  /** The worker can be forked from a zygote: check that as well. */
  readonly zygote?: boolean
  /** Told each rule as soon as it is decided. */
  readonly onRule?: (report: RuleReport) => void
}

/** Rules after which the rest of a life makes no sense when they are broken. */
const vital: ReadonlySet<string> = new Set(['hello', 'ready', 'loaded', 'signals', 'unknown messages', 'drain'])

/** Plays the master for a worker's program, through several lives, and says rule by rule whether it keeps to WORKER.md. */
export async function checkWorker(worker: WorkerUnderTest, options: CheckOptions = {}): Promise<readonly RuleReport[]> {
  const reports: RuleReport[] = []
  for (const life of options.zygote === true ? [...lives, zygoteLife] : lives) {
    const listener = await bind({ host: '127.0.0.1', port: 0 })
    const report = (entry: RuleReport): void => {
      reports.push(entry)
      options.onRule?.(entry)
    }
    await lead(life, worker, listener, report).finally(() => listener.close())
  }
  return reports
}

async function lead(
  { name, begin, rules }: Life,
  worker: WorkerUnderTest,
  listener: BoundListener,
  report: (entry: RuleReport) => void,
): Promise<void> {
  const stage = await Stage.open(worker, listener)
  const life = new Pretender(stage, begin)
  let vain = false
  try {
    for (const rule of rules) {
      const broken: string | undefined = vain ? undefined : await rule.check(life, stage)
      const verdict = vain ? 'untried' : broken === undefined ? 'holds' : 'broken'
      report({ life: name, rule: rule.name, asks: rule.asks, verdict, broken })
      vain ||= broken !== undefined && vital.has(rule.name)
    }
  } finally {
    await life.kill()
    stage.close()
  }
}
