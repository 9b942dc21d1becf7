import { joinMaster } from '@trivet/prefork/worker'

const link = await joinMaster()
link.step('connect to the database')
console.error('about to fail')
link.failed(new TypeError('the database is not there'))
