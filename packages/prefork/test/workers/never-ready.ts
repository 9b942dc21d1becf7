import { joinMaster } from '@trivet/prefork/worker'

const link = await joinMaster()
link.step('import app')
