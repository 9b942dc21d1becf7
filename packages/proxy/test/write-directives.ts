/** `pnpm --filter @trivet/proxy pages`: makes DIRECTIVES.md anew. */
import { writeFile } from 'node:fs/promises'
import { directivesPage } from './directives-page.ts'

await writeFile(new URL('../DIRECTIVES.md', import.meta.url), directivesPage())
