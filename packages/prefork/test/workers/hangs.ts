import { joinMaster } from '@trivet/prefork/worker'

const link = await joinMaster()
link.onMessage((message) => {
  while (message['slot'] === link.slot);
})
link.ready()
