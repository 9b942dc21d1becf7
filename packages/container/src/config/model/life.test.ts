import { expect, test } from 'vitest'
import { formatDiagnostic } from '../diagnostic.ts'
import type { ContainerConfig } from '../model.ts'
import { readCommandLine } from '../read.ts'

function read(...args: string[]): { readonly config: ContainerConfig; readonly problems: readonly string[] } {
  const argv = ['--module', 'app.js', '--http-socket', ':8080', ...args]
  const { config, diagnostics } = readCommandLine(argv, { cwd: '/srv', environment: {} })
  return { config, problems: diagnostics.map((found) => formatDiagnostic(found).split('\n')[0] ?? '') }
}

test('without options a worker lives as long as its master', () => {
  const { life } = read().config
  expect(life.harakiri).toEqual({ timeout: undefined, verbose: false, patience: 0 })
  expect(life.termReloads).toBe(false)
  expect(Object.entries(life.policy).filter(([, value]) => value !== undefined && value !== 0)).toEqual([
    ['minLifetime', 10_000],
  ])
})

test('seconds, megabytes and counts become the policy', () => {
  const names = ['max-requests', 'max-requests-delta', 'max-worker-lifetime', 'max-worker-lifetime-delta']
  const sizes = ['reload-on-rss', 'reload-on-as', 'evil-reload-on-rss', 'evil-reload-on-as']
  const args = [...names, ...sizes, 'min-worker-lifetime', 'idle'].flatMap((name, index) => [
    `--${name}`,
    `${index + 1}`,
  ])
  const { life } = read(...args, '--harakiri', '30', '--harakiri-graceful-timeout', '2', '--harakiri-verbose').config
  expect(life.harakiri).toEqual({ timeout: 30_000, verbose: true, patience: 2000 })
  expect(life.policy).toEqual({
    harakiriGrace: 2170,
    maxRequests: 1,
    maxRequestsDelta: 2,
    maxLifetime: 3000,
    maxLifetimeDelta: 4000,
    reloadOnRss: 5 * 1_048_576,
    reloadOnAs: 6 * 1_048_576,
    evilReloadOnRss: 7 * 1_048_576,
    evilReloadOnAs: 8 * 1_048_576,
    minLifetime: 9000,
    idle: 10_000,
    cheaper: undefined,
  })
})

test('cheaper has uWSGI’s defaults, and its bounds are kept', () => {
  const cheaper = (...args: string[]) => read('-p', '8', '--cheaper', '2', ...args)
  expect(cheaper().config.life.policy.cheaper).toMatchObject({
    algorithm: 'spare',
    minimum: 2,
    initial: 2,
    step: 1,
    overload: 3,
  })
  expect(cheaper('--cheaper-algo', 'busyness', '--cheaper-initial', '4').config.life.policy.cheaper).toMatchObject({
    algorithm: 'busyness',
    initial: 4,
    busynessMax: 50,
    busynessMin: 25,
    busynessMultiplier: 10,
    backlogAlert: 33,
  })
  expect(cheaper('--cheaper-algo', 'spare2').problems).toEqual([
    'command line: error: `cheaper-algo`: expected spare or busyness, got `spare2`',
  ])
  expect(cheaper('--cheaper-initial', '9').problems).toEqual([
    'command line: error: `cheaper-initial`: expected 2 to 8, got 9; `processes` is 8',
  ])
  expect(read('--cheaper', '2').problems).toEqual([
    'command line: error: `cheaper`: is of use only with more `processes`, got 2; `processes` is 1',
  ])
})

test('TERM reloads under compat alone, and not when die-on-term is set', () => {
  expect(read('--die-on-term=false').config.life.termReloads).toBe(false)
  expect(read('--compat', '2.0').config.life.termReloads).toBe(true)
  expect(read('--compat', '2.0', '--die-on-term').config.life.termReloads).toBe(false)
  expect(read('--compat', '1.9').problems).toEqual(['command line: error: `compat`: expected none or 2.0, got `1.9`'])
})
