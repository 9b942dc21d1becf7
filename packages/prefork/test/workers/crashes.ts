import { joinMaster } from '@trivet/prefork/worker'

// Ready, then dead: at once, or when told to.
const link = await joinMaster()
link.onMessage((message) => {
  if (message.type === 'crash') process.exit(7)
})
link.ready()
if (link.payload === 'loop') setImmediate(() => process.exit(7))
