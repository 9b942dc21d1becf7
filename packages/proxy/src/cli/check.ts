/** `-t`, `-T` and `-s`: what only looks at a configuration. */
import { ConfigError, formatDiagnostic } from '../language/diagnostic.ts'
import type { Diagnostic } from '../language/diagnostic.ts'
import type { LoadedConfig } from '../language/load.ts'
import { commandLine } from '../language/statement.ts'
import type { Layout } from '../process/layout.ts'
import { plan, readConfig } from '../process/plan.ts'
import type { CommandLine } from './options.ts'
import { sendSignal } from './signal.ts'

/** Returns the exit code. */
export async function perform(line: CommandLine, layout: Layout): Promise<number> {
  const loaded = readConfig(layout, line)
  if (line.test) return await test(line, layout, loaded)
  // A configuration that would be refused is not worth a signal; the other signals do not look at it.
  if (line.signal === 'reload' && !(await isUsable(layout, loaded))) return 1
  const failure = line.signal === undefined ? undefined : sendSignal(line.signal, layout, loaded.statements)
  if (failure !== undefined) process.stderr.write(`nginx: ${failure}\n`)
  return failure === undefined ? 0 : 1
}

async function test({ quiet, dump }: CommandLine, layout: Layout, loaded: LoadedConfig): Promise<number> {
  if (!(await isUsable(layout, loaded, quiet))) {
    process.stderr.write(`nginx: configuration file ${layout.file} test failed\n`)
    return 1
  }
  if (!quiet) {
    process.stderr.write(`nginx: the configuration file ${layout.file} syntax is ok\n`)
    process.stderr.write(`nginx: configuration file ${layout.file} test is successful\n`)
  }
  if (dump) process.stdout.write(dumpText(loaded), 'latin1')
  return 0
}

async function isUsable(layout: Layout, loaded: LoadedConfig, quiet = false): Promise<boolean> {
  try {
    const { config } = await plan(layout, loaded)
    if (!quiet) report(config.warnings, loaded)
    return true
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    report(error.diagnostics, loaded)
    return false
  }
}

/** Prints findings with their places. */
export function report(diagnostics: readonly Diagnostic[], loaded: LoadedConfig): void {
  for (const diagnostic of diagnostics) process.stderr.write(`${formatDiagnostic(diagnostic, loaded)}\n`)
}

function dumpText({ sources }: LoadedConfig): string {
  const files = [...sources].filter(([file]) => file !== commandLine)
  // File names are text, contents are bytes.
  return files
    .map(([file, text]) => `# configuration file ${Buffer.from(file).toString('latin1')}:\n${text}\n`)
    .join('')
}
