import { type ViteUserConfig, defineConfig } from 'vitest/config'

// Workspace packages are tested as source: the condition is ours alone, so no third-party package answers to it.
const conditions = ['@trivet/source', 'module', 'node', 'development|production']
const sources = { resolve: { conditions }, ssr: { resolve: { conditions } } }

/**
 * Tests with processes, signals and load: one file at a time, after the groups before, so that figures and timeouts mean
 * something. A shared CI machine may stand still for a second all the same; vitest reports what had to be tried again.
 */
const alone = (groupOrder: number) => ({
  fileParallelism: false,
  sequence: { groupOrder },
  retry: process.env['CI'] ? 2 : 0,
  testTimeout: 60_000,
  hookTimeout: 60_000,
})

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
          testTimeout: 20_000,
          hookTimeout: 20_000,
        },
      },
      {
        ...sources,
        test: {
          name: 'process',
          include: ['packages/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts', 'test/**/*.test.ts'],
          ...alone(1),
        },
      },
      { ...sources, test: { name: 'e2e', include: ['e2e/**/*.test.ts'], ...alone(2) } },
    ],
  },
})

export default config
