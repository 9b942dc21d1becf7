import { joinMaster } from '@trivet/prefork/worker'

const link = await joinMaster()
link.onMessage((message) => {
  if (message.type === 'leave') link.draining()
  else link.send({ type: 'heard', message })
})
process.stdout.write('one\ntwo\nthree')
process.stderr.write(`${'x'.repeat(100_000)}\n`)
link.ready({ applications: ['guestbook'] })
