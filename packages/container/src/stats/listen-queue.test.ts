import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseTable } from './listen-queue.ts'

const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'
const row = (local: string, state: string, queues: string): string =>
  `   0: ${local} 00000000:0000 ${state} ${queues} 00:00000000 00000000     0        0 12345 1 0000000000000000 100 0 0 10 0\n`

test('only listening sockets count', () => {
  const table =
    head +
    row('0100007F:1F90', '0A', '00000000:00000003') +
    row('0100007F:1F90', '01', '00000000:00000009') +
    row('00000000000000000000000001000000:0050', '0A', '00000000:000000FF').replace(
      '00000000:0000 0A',
      '00000000000000000000000000000000:0000 0A',
    )
  expect(parseTable(table)).toEqual([
    [8080, 3],
    [80, 255],
  ])
})

test('nonsense gives nothing', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(parseTable(text)).toEqual([])
    }),
  )
})
