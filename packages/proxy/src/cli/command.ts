/** The whole command: reads the command line, then tests, signals or runs. Each part is loaded when it is needed, so that
 * `-v` and `-V` answer at once. Exit codes are nginx's: 0, or 1 when anything went wrong. */
import { parseCommandLine, UsageError } from './options.ts'
import type { CommandLine } from './options.ts'

/** Runs `trivet-proxy` with these arguments; resolves when there is nothing more to do than to serve. */
export async function proxyCommand(args: readonly string[]): Promise<void> {
  let line: CommandLine
  try {
    line = parseCommandLine(args)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`nginx: ${error.message}\n`)
    process.exitCode = 1
    return
  }
  if (line.version) {
    const { versionText } = await import('./version.ts')
    process.stderr.write(versionText(line))
    if (!line.test) return
  }
  const { layout } = await import('../process/layout.ts')
  const paths = layout(line)
  const task = line.test || line.signal !== undefined ? await import('./check.ts') : await import('./run.ts')
  process.exitCode = await task.perform(line, paths)
}
