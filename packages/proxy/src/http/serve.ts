/** Serves a compiled configuration on sockets that are bound already. */
import { createServer, type Server as NetServer } from 'node:net'
import type { Listener, ProxyConfig } from '../model/config.ts'
import { addressText, type ListenSpec } from '../model/listen.ts'
import type { ErrorLog } from '../process/error-log.ts'
import { Connection } from './connection.ts'
import type { Counters } from './counters.ts'
import { Service } from './service.ts'

/** A socket to accept from: bound, perhaps listening. */
export interface BoundSocket {
  readonly fd: number
  readonly address: ListenSpec['address']
}

/** The running proxy. */
export interface HttpService {
  /** Stops accepting, lets requests finish, and resolves when the last is done or the time (in milliseconds) is over. */
  drain(timeout: number): Promise<void>
  /** Opens log files anew after they were moved away. */
  reopenLogs(): void
  /** This worker's counters. */
  counters(): Counters
  /** How to ask all workers for theirs. */
  countWith(ask: () => Promise<Counters>): void
}

/** Starts to accept. */
export async function serveHttp(
  config: ProxyConfig,
  listeners: readonly BoundSocket[],
  log: ErrorLog,
): Promise<HttpService> {
  const { http } = config
  const service = new Service(log, http?.slots ?? 0, config.main.workerConnections, config.main.debugConnections)
  const servers: NetServer[] = []
  await Promise.all((http?.resources ?? []).map(async (resource) => resource.open?.(log)))
  for (const listener of http?.listeners ?? []) {
    const bound = listeners.find((candidate) => addressText(candidate.address) === addressText(listener.spec.address))
    if (bound === undefined) throw new Error(`no socket was handed over for ${listener.spec.text}`)
    servers.push(await accept(service, listener, bound.fd))
  }
  return {
    drain: (timeout) => drain(service, servers, config, timeout),
    counters: () => service.counters(),
    countWith: (ask) => (service.askAll = ask),
    reopenLogs: () => {
      for (const resource of http?.resources ?? []) resource.reopen?.()
    },
  }
}

function accept(service: Service, listener: Listener, fd: number): Promise<NetServer> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      service.statistics.accepted++
      if (service.connections.size >= service.capacity) {
        service.log.write('alert', `${service.capacity} worker_connections are not enough`)
        socket.destroy()
        return
      }
      const probes = listener.spec.keepalive
      if (probes !== undefined) socket.setKeepAlive(true, probes.idle, probes.interval, probes.count)
      service.connections.add(new Connection(service, listener, socket))
    })
    server.once('error', reject)
    server.listen({ fd, backlog: listener.spec.backlog ?? 511 }, () => resolve(server))
  })
}

async function drain(
  service: Service,
  servers: readonly NetServer[],
  config: ProxyConfig,
  timeout: number,
): Promise<void> {
  for (const server of servers) server.close()
  await new Promise<void>((resolve) => {
    service.onIdle = resolve
    if (Number.isFinite(timeout)) setTimeout(resolve, timeout)
    service.drain()
  })
  service.close()
  for (const resource of config.http?.resources ?? []) resource.close?.()
}
