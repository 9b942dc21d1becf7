import { joinMaster } from '@trivet/prefork/worker'

const link = await joinMaster()
process.on('SIGTERM', () => {})
setInterval(() => {}, 60_000)
link.onDrain(() => console.log('I stay'))
link.ready()
