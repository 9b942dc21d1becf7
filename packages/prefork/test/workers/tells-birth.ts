import { joinMaster } from '@trivet/prefork/worker'

const link = await joinMaster()
link.onDrain(() => Promise.resolve())
link.ready({ born: performance.timeOrigin, payload: link.payload, colour: process.env['COLOUR'] })
