/** The program behind `trivet-proxy`. */
import { enableCompileCache } from 'node:module'

// Parsing the sources is most of a start; the second one finds them compiled.
enableCompileCache()
const { proxyCommand } = await import('./cli/command.ts')
await proxyCommand(process.argv.slice(2))
