#!/usr/bin/env node
// In a checkout the source runs as it is; a published package carries only dist/.
import { existsSync } from 'node:fs'
import * as module from 'node:module'
import { fileURLToPath } from 'node:url'

const source = new URL('../src/main.ts', import.meta.url)
const needed = 24
if (Number.parseInt(process.versions.node, 10) < needed) {
  process.stderr.write(`trivet-proxy needs Node ${needed} or newer, this is ${process.version}\n`)
  process.exitCode = 1
} else if (existsSync(source)) {
  // Stripping types costs each process 200 ms and 35 MB; the workers use the same folder.
  module.enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/compile', import.meta.url)))
  module.registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: ['@trivet/source', ...context.conditions] }),
  })
  await import(source.href)
} else {
  await import(new URL('../dist/main.js', import.meta.url).href)
}
