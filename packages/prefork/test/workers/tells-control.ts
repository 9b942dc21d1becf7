import { joinMaster } from '@trivet/prefork/worker'

console.log(process.env['TRIVET_CONTROL'])
const link = await joinMaster()
link.ready()
