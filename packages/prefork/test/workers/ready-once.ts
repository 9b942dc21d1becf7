import { joinMaster } from '@trivet/prefork/worker'

// Comes up, unless the environment says that it does not any more.
const link = await joinMaster()
if (process.env['READY_ONCE'] === 'no') link.failed(new Error('once was enough'))
else link.ready()
