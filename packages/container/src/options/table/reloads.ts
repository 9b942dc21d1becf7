import type { OptionGroup } from '../option.ts'

/** What makes the container take new code. */
export const reloads: OptionGroup = {
  heading: 'Reloads',
  options: [
    {
      name: 'touch-reload',
      kind: 'path',
      repeat: true,
      origin: 'uwsgi',
      help: 'reload when this file is touched',
    },
  ],
  inert: [
    {
      names: 'master-fifo touch-chain-reload touch-logreopen fs-reload',
      kind: 'path',
      absent: 'use signals or `touch-reload`',
    },
  ],
}
