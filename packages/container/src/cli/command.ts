import { run } from './run.ts'

/** The command `trivet-container`: runs until it is stopped, then ends the process with the command's exit code. */
export async function containerCommand(argv: readonly string[]): Promise<void> {
  // Whoever reads what is printed may go, such as `head` or a collector of logs; no request shall fail for it.
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  const code = await run(argv)
  // What an application loaded by `--check` left open must not keep the process alive; what was printed must get out.
  await new Promise<void>((resolve) => process.stdout.write('', () => resolve()))
  process.exit(code)
}
