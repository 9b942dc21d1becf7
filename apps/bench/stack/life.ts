import type { Application } from '@trivet/gateway'

/** Ways to keep a worker busy: what the benchmarks of the workers' life ask for. */
export const application: Application = async (environ, startResponse) => {
  const path = environ.PATH_INFO
  if (path === '/slow') await new Promise((resolve) => setTimeout(resolve, 500))
  if (path === '/waits') await new Promise(() => {})
  if (path === '/loops') for (;;);
  if (path === '/stops') process.kill(process.pid, 'SIGSTOP')
  if (path === '/exits') process.exit(3)
  if (path === '/throws') throw new Error('thrown on purpose')
  if (path === '/leaks') leak.push(Buffer.alloc(200 * 1_048_576, 1))
  startResponse('200 OK', [['Content-Type', 'text/plain']])
  return [Buffer.from(String(process.pid))]
}

const leak: Buffer[] = []
