import { proxyCommand } from './cli/command.ts'

await proxyCommand(process.argv.slice(2))
