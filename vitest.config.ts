import { type ViteUserConfig, defineConfig } from 'vitest/config'

// Workspace packages are tested as source: the condition is ours alone, so no third-party package answers to it.
const conditions = ['@trivet/source', 'module', 'node', 'development|production']
const sources = { resolve: { conditions }, ssr: { resolve: { conditions } } }

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
          include: [
            'packages/*/src/**/*.test.ts',
            'packages/*/test/**/*.test.ts',
            'apps/*/src/**/*.test.ts',
            'apps/*/test/**/*.test.ts',
            'test/**/*.test.ts',
          ],
          testTimeout: 20_000,
          hookTimeout: 20_000,
        },
      },
      {
        ...sources,
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          // Whole systems under load: one file at a time, after the unit tests, so that figures and timeouts mean something.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})

export default config
