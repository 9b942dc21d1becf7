/** The `trivet` command: one word chooses what runs; each is loaded only when it is asked for. */
import { readFileSync } from 'node:fs'

interface Command {
  readonly summary: string
  readonly run: (args: readonly string[]) => Promise<void>
}

const commands: Readonly<Record<string, Command>> = {
  up: {
    summary: 'start proxy and container together: trivet up [nginx.conf] [app]',
    run: async (args) => (await import('./up/command.ts')).up(args),
  },
  proxy: {
    summary: "the reverse proxy, with nginx's command line",
    run: async (args) => (await import('@trivet/proxy/command')).proxyCommand(args),
  },
  container: {
    summary: "the application server, with uWSGI's command line",
    run: async (args) => (await import('@trivet/container/command')).containerCommand(args),
  },
}

const usage = [
  'usage: trivet <command> [arguments]',
  '',
  ...Object.entries(commands).map(([name, command]) => `  ${name.padEnd(10)} ${command.summary}`),
  '',
  '  trivet <command> --help tells more; trivet --version prints the version',
  '',
].join('\n')

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return (manifest as { readonly version: string }).version
}

const [name = '--help', ...args] = process.argv.slice(2)
const command = Object.hasOwn(commands, name) ? commands[name] : undefined
if (command !== undefined) await command.run(args)
else if (['--help', '-h', 'help'].includes(name)) process.stdout.write(usage)
else if (['--version', '-v', 'version'].includes(name)) process.stdout.write(`trivet ${version()}\n`)
else {
  process.stderr.write(`trivet: unknown command \`${name}\`\n\n${usage}`)
  process.exitCode = 2
}
