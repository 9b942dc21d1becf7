import type { Reporter, TestModule } from 'vitest/node'

/**
 * Prints one plain line last: `Tests: N passed, N failed, N skipped`. Under `CI`, where the peers are installed, a
 * skipped test fails the run: there it can only mean that something is missing.
 */
export default class Summary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0 }
    const skipped: string[] = []
    for (const module of modules) {
      const tests = [...module.children.allTests()]
      for (const test of tests) {
        const { state } = test.result()
        if (state === 'passed' || state === 'failed' || state === 'skipped') count[state] += 1
        if (state === 'skipped') skipped.push(`${module.relativeModuleId} > ${test.fullName}`)
      }
      // A module that fails before its tests are known, as when it does not load, counts as one.
      if (module.state() === 'failed' && !tests.some((test) => test.result().state === 'failed')) count.failed += 1
    }
    const strict = Boolean(process.env['CI']) && skipped.length > 0
    if (strict) process.exitCode = 1
    process.on('exit', () => {
      for (const name of skipped)
        process.stdout.write(`${strict ? 'Skipped, which CI does not allow' : 'Skipped'}: ${name}\n`)
      process.stdout.write(`Tests: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`)
    })
  }
}
