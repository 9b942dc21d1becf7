import { keepHeapSmall } from './process/small-heap.ts'

// Before anything else is loaded: later it would no longer help.
keepHeapSmall()
const { containerCommand } = await import('./command.ts')
await containerCommand(process.argv.slice(2))
