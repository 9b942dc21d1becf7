import { joinMaster } from '@trivet/prefork/worker'

// Says on the scoreboard what it is told to; `block` shows a request and never comes back from it.
const link = await joinMaster()
const board = link.scoreboard
link.onMessage((message) => {
  board?.set({ requests: Number(message['requests'] ?? 0) })
  board?.busy(0, Date.now(), Date.now() + 1000, String(message['request']))
  board?.publish()
  link.send({ type: 'published' })
  while (message.type === 'block');
})
link.ready()
