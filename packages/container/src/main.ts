import { containerCommand } from './command.ts'

await containerCommand(process.argv.slice(2))
