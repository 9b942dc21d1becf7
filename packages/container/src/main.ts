import { run } from './cli/run.ts'

const code = await run(process.argv.slice(2))
// What an application loaded by `--check` left open must not keep the command alive.
process.stdout.write('', () => process.exit(code))
