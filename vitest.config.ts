import { type ViteUserConfig, defineConfig } from 'vitest/config'

// Workspace packages are tested as source: the condition is ours alone, so no third-party package answers to it.
const conditions = ['@trivet/source', 'module', 'node', 'development|production']
const sources = { resolve: { conditions }, ssr: { resolve: { conditions } } }

/**
 * Files that hold a time or a load to a limit run one at a time, after all others, so that their figures mean something.
 * What only awaits events does not belong here: most of its time is spent waiting for processes, so several such files
 * run side by side.
 */
const measuring = [
  'e2e/commands.test.ts', // a mistyped command line is told in 1.5 s
  'e2e/python-reload.test.ts', // reloads under load
  'e2e/reload.test.ts', // the same
  'packages/container/test/bad-start.test.ts', // a bad start is told within a second
  'packages/container/test/harakiri.test.ts', // which of two deadlines, 400 ms apart, passes first
  'packages/prefork/test/check-worker.test.ts', // how long a broken worker may take
  'packages/prefork/test/start.test.ts', // a failed load is told within a second
]

/**
 * Tests with processes: after the groups before. A shared CI machine may stand still for a second; vitest reports what
 * had to be tried again.
 */
const processes = (groupOrder: number) => ({
  sequence: { groupOrder },
  retry: process.env['CI'] ? 2 : 0,
  testTimeout: 60_000,
  hookTimeout: 60_000,
})

/** The files of a group that run side by side, and those that measure and run alone, after all others. */
const group = (name: string, include: readonly string[], measured: readonly string[]) => [
  {
    ...sources,
    test: {
      name,
      include: [...include],
      exclude: ['**/node_modules/**', ...measured],
      maxWorkers,
      maxConcurrency,
      ...processes(1),
    },
  },
  {
    ...sources,
    test: { name: `${name}-measured`, include: [...measured], fileParallelism: false, ...processes(2) },
  },
]

/** Tests of one file that run at a time, where it says that they may: each can be five processes that start. */
const maxConcurrency = 3

/** As many files at a time as there are processors; vitest would leave one of them to itself. */
const maxWorkers = '100%'

const config: ViteUserConfig = defineConfig({
  test: {
    reporters: ['default', './vitest-summary.ts'],
    coverage: {
      include: ['packages/*/src/**/*.ts'],
      exclude: ['**/*.test.ts', '**/fixtures/**'],
      reporter: ['text-summary', 'html', 'json-summary'],
    },
    projects: [
      {
        ...sources,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts'],
          maxWorkers,
          // Files of one processor share a process: to start one for each takes three times as long as the tests.
          isolate: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      ...group(
        'process',
        ['packages/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts', 'test/**/*.test.ts'],
        measuring.filter((file) => !file.startsWith('e2e/')),
      ),
      ...group(
        'e2e',
        ['e2e/**/*.test.ts'],
        measuring.filter((file) => file.startsWith('e2e/')),
      ),
    ],
  },
})

export default config
