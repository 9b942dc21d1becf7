import { run } from './run.ts'

/** The command `trivet-container`: runs until it is stopped, then ends the process with the command's exit code. */
export async function containerCommand(argv: readonly string[]): Promise<void> {
  const code = await run(argv)
  // What an application loaded by `--check` left open must not keep the process alive; what was printed must get out.
  await new Promise<void>((resolve) => process.stdout.write('', () => resolve()))
  process.exit(code)
}
