export { containerCommand } from './cli/command.ts'
