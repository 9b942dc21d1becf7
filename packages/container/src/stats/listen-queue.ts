/**
 * Connections that the kernel has accepted and no worker has, by port: the `rx_queue` of listening sockets in Linux's
 * /proc/net/tcp and tcp6 (proc_pid_net(5)). The kernel tells nothing of the kind about unix sockets.
 */
import { readFile } from 'node:fs/promises'

/** By local port; several sockets on one port are added up. Empty where the system does not tell. */
export async function listenQueues(): Promise<ReadonlyMap<number, number>> {
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map(readTable))
  const queues = new Map<number, number>()
  for (const [port, waiting] of tables.flatMap(parseTable)) queues.set(port, (queues.get(port) ?? 0) + waiting)
  return queues
}

/** Listening ports with their queues, from the text of such a table. */
export function parseTable(text: string): readonly (readonly [port: number, waiting: number])[] {
  // sl  local_address rem_address   st tx_queue:rx_queue ...; 0A is LISTEN.
  const rows = text.matchAll(/^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} 0A [0-9A-F]+:([0-9A-F]+)/gm)
  return [...rows].map(([, port = '', waiting = '']) => [Number.parseInt(port, 16), Number.parseInt(waiting, 16)])
}

async function readTable(path: string): Promise<string> {
  return await readFile(path, 'latin1').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '' // another system
    throw error
  })
}
