/** `pnpm --filter @trivet/container options`: makes OPTIONS.md and src/container-options.ts anew. */
import { writeFile } from 'node:fs/promises'
import { optionsInterface, optionsPage } from './options-page.ts'

await writeFile(new URL('../OPTIONS.md', import.meta.url), optionsPage())
await writeFile(new URL('../src/container-options.ts', import.meta.url), optionsInterface())
