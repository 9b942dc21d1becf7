import { renameSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'

// Puts links in the place of the files that its master will hand to its next worker, and says what came of it.
const folder = dirname(process.env['TRIVET_CONTROL'] ?? '')
const { joinMaster } = await import('@trivet/prefork/worker')
const link = await joinMaster()
const errors = ['control', 'scoreboard'].map((name) => {
  const path = join(folder, name)
  try {
    renameSync(path, `${path}.old`)
    symlinkSync('/nowhere', path)
    return 'none'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code
  }
})
link.ready()
link.send({ type: 'planted', errors })
