import { expect, test } from 'vitest'
import { watchSignals } from './signals.ts'

test('each signal has its function until the watch ends', async () => {
  const before = process.listenerCount('SIGHUP')
  const heard = await new Promise<string>((resolve) => {
    const stop = watchSignals({
      SIGUSR2: () => resolve('SIGUSR2'),
      SIGHUP: () => {
        stop()
        resolve('SIGHUP')
      },
    })
    process.kill(process.pid, 'SIGHUP')
  })
  expect(heard).toBe('SIGHUP')
  expect(process.listenerCount('SIGHUP')).toBe(before)
  expect(process.listenerCount('SIGUSR2')).toBe(0)
})
