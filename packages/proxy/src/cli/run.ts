/** The command without -t and -s: reads, checks, goes into the background if told to, and runs. */
import { closeSync, openSync } from 'node:fs'
import { ConfigError, summarize } from '../language/diagnostic.ts'
import type { Diagnostic } from '../language/diagnostic.ts'
import type { LoadedConfig } from '../language/load.ts'
import { openErrorLog } from '../process/error-log.ts'
import type { Layout } from '../process/layout.ts'
import { takeInherited } from '../process/upgrade.ts'
import { plan, readConfig } from '../process/plan.ts'
import type { Plan } from '../process/plan.ts'
import { report } from './check.ts'
import type { CommandLine } from './options.ts'

/** Returns the exit code: 0 also means that it is running now. */
export async function perform(line: CommandLine, layout: Layout): Promise<number> {
  touchLog(layout)
  const { isDaemonized, becomeDaemon } = await import('../process/daemon.ts')
  const ready = await prepare(line, layout)
  if (ready === undefined) return 1
  const { main } = ready.config
  if (main.daemon && !isDaemonized() && takeInherited() === undefined) return await becomeDaemon()
  const { runMaster, runSingle } = await import('../process/run.ts')
  return await (main.master ? runMaster(ready, layout, line) : runSingle(ready, layout))
}

/** The log of the command line exists from the first moment, whatever the configuration says later. */
function touchLog({ errorLog }: Layout): void {
  if (errorLog === undefined) return
  try {
    closeSync(openSync(errorLog, 'a', 0o644))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    process.stderr.write(`nginx: [alert] could not open error log file: open() "${errorLog}" failed (${reason})\n`)
  }
}

async function prepare(line: CommandLine, layout: Layout): Promise<Plan | undefined> {
  const loaded = readConfig(layout, line)
  try {
    const ready = await plan(layout, loaded)
    announce(ready.config.warnings, loaded, layout)
    return ready
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    announce(error.diagnostics, loaded, layout)
    return undefined
  }
}

/** On standard error with caret, and one line each in the log of the command line. */
function announce(diagnostics: readonly Diagnostic[], loaded: LoadedConfig, layout: Layout): void {
  if (diagnostics.length === 0) return
  report(diagnostics, loaded)
  if (layout.errorLog === undefined) return
  const log = openErrorLog([{ file: layout.errorLog, level: 'notice' }])
  for (const diagnostic of diagnostics) {
    log.write(diagnostic.severity, summarize(diagnostic).replace(`[${diagnostic.severity}] `, ''))
  }
}
