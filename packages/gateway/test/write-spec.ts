/** `pnpm --filter @trivet/gateway spec`: makes the appendix of SPEC.md anew. */
import { readFile, writeFile } from 'node:fs/promises'
import { withAppendix } from './appendix.ts'

const file = new URL('../SPEC.md', import.meta.url)
await writeFile(file, withAppendix(await readFile(file, 'utf8')))
