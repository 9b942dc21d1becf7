#!/usr/bin/env node
// In a checkout the source runs as it is; a published package carries only dist/.
import { existsSync } from 'node:fs'

const source = new URL('../src/check/command.ts', import.meta.url)
const { runCheck } = await import(
  existsSync(source) ? source.href : new URL('../dist/check/command.js', import.meta.url).href
)
process.exitCode = await runCheck(process.argv.slice(2))
