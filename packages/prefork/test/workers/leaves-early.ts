import { joinMaster } from '@trivet/prefork/worker'

// In slot 0 of the generation that the payload names it leaves as soon as it is ready, `leaves` by its own wish and
// `dies` by a crash; the others of that generation take their time.
const link = await joinMaster()
const { generation, how } = link.payload as { generation: number; how: 'leaves' | 'dies' }
link.onDrain(() => Promise.resolve())
if (link.generation !== generation) link.ready()
else if (link.slot === 0) {
  link.ready()
  if (how === 'leaves') link.draining()
  else setTimeout(() => process.exit(3), 10)
} else setTimeout(() => link.ready(), 400)
