/**
 * What a reload cannot change, since it was done once, at the start: bound, opened, written down. What workers of the new
 * configuration could not live with refuses the reload; the rest is told, and stays as it was.
 */
import { formatAddress } from '@trivet/prefork'
import { ContainerError } from '../config/diagnostic.ts'
import type { ContainerConfig } from '../config/model.ts'
import type { Front } from '../config/model/sockets.ts'
import { runtimeOf } from '../runtimes/table.ts'

/** Settings by the options they are known by; each is compared as JSON. */
type Rows = Readonly<Record<string, (config: ContainerConfig) => unknown>>

const frontKey = ({ protocol, address }: Front): unknown => [protocol, formatAddress(address)]

const refused: Rows = {
  '`socket`, `http-socket` or `http`': ({ sockets }) => sockets.fronts.map(frontKey),
  '`uid` or `gid`': ({ workers }) => [workers.uid, workers.gid],
  '`runtime`': (config) => runtimeOf(config).name,
}

const kept: Rows = {
  '`listen`': ({ sockets }) => sockets.backlog,
  '`chmod-socket`': ({ sockets }) => sockets.mode,
  '`chown-socket`': ({ sockets }) => sockets.owner,
  '`umask`': ({ workers }) => workers.umask,
  '`max-fd`': ({ workers }) => workers.limits.descriptors,
  'where the log goes': ({ log }) => [log.file, log.events, log.requestLines, log.date],
  '`pidfile` or a relative of it': ({ files }) => [files.pidFile, files.latePidFiles],
  '`master-fifo`': ({ operations }) => operations.fifos,
  '`daemonize`': ({ operations }) => operations.daemonize,
  '`cache2`, `locks` or `mule-msg-size`': ({ sharing }) => [sharing.caches, sharing.locks, sharing.messageSize],
}

/** Throws ContainerError `CONFIG` when a running container cannot take a configuration over. */
export function checkReload(running: ContainerConfig, next: ContainerConfig): void {
  const [first] = differing(refused, running, next)
  if (first !== undefined) throw new ContainerError('CONFIG', `${first} differs: that needs a restart`)
}

/** What else differs and is not taken over, in words. */
export function keptSettings(running: ContainerConfig, next: ContainerConfig): readonly string[] {
  return differing(kept, running, next)
}

/** The next configuration with what cannot change as it is. */
export function withFixed(running: ContainerConfig, next: ContainerConfig): ContainerConfig {
  const { file, events, requestLines, date } = running.log
  const { pidFile, latePidFiles } = running.files
  const { caches, locks, messageSize } = running.sharing
  return {
    ...next,
    sockets: running.sockets,
    log: { ...next.log, file, events, requestLines, date },
    files: { ...next.files, pidFile, latePidFiles },
    sharing: { ...next.sharing, caches, locks, messageSize },
  }
}

function differing(rows: Rows, one: ContainerConfig, other: ContainerConfig): readonly string[] {
  return Object.entries(rows).flatMap(([name, pick]) =>
    JSON.stringify(pick(one)) === JSON.stringify(pick(other)) ? [] : [name],
  )
}
