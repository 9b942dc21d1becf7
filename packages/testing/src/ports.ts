import { createServer } from 'node:net'

/** A TCP port that was free on `host` a moment ago; prefer listening on port 0 where the program can tell its port. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const [port] = await freePorts(1, host)
  if (port === undefined) throw new Error('no free port')
  return port
}

/** `count` different free TCP ports: all are held at once, then let go together. */
export async function freePorts(count: number, host = '127.0.0.1'): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  try {
    return await Promise.all(servers.map(async (server) => await listen(server, host)))
  } finally {
    await Promise.all(servers.map(async (server) => await new Promise((resolve) => server.close(resolve))))
  }
}

async function listen(server: ReturnType<typeof createServer>, host: string): Promise<number> {
  return await new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, host, () => {
      const address = server.address()
      if (address === null || typeof address === 'string') reject(new Error('not a TCP address'))
      else resolve(address.port)
    })
  })
}
