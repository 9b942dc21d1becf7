#!/usr/bin/env node
// In a checkout the source runs as it is; a published package carries only dist/.
import { existsSync } from 'node:fs'
import { registerHooks } from 'node:module'

const source = new URL('../src/main.ts', import.meta.url)
if (existsSync(source)) {
  registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: ['@trivet/source', ...context.conditions] }),
  })
  await import(source.href)
} else {
  await import(new URL('../dist/main.js', import.meta.url).href)
}
