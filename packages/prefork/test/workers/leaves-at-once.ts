import { joinMaster } from '@trivet/prefork/worker'

// Has nothing to finish when it is told to drain.
const link = await joinMaster()
link.onDrain(() => Promise.resolve())
link.ready()
