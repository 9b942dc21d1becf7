export { proxyCommand } from './cli/command.ts'
