/** `pnpm --filter @trivet/proxy pages`: makes DIRECTIVES.md and NGINX-TESTS.md anew. */
import { writeFile } from 'node:fs/promises'
import { directivesPage } from './directives-page.ts'
import { nginxTestsPage } from './nginx-tests/page.ts'
import { readScores } from './nginx-tests/score.ts'

await writeFile(new URL('../DIRECTIVES.md', import.meta.url), directivesPage())
await writeFile(new URL('../NGINX-TESTS.md', import.meta.url), nginxTestsPage(readScores()))
