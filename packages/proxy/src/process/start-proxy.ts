/** Starting a proxy from another program. */
import type { Address } from '@trivet/prefork'
import { callbackErrorLog } from './error-log.ts'
import { layout } from './layout.ts'
import { plan, readConfig } from './plan.ts'
import { Proxy } from './proxy.ts'
import type { StopOptions } from './proxy.ts'

/** What to run, and where its lines go. */
export interface StartProxyOptions {
  readonly file: string
  /** What relative paths of the configuration are relative to; default the current folder. */
  readonly prefix?: string
  /** Statements of the main level that come before the file's. */
  readonly globals?: string
  readonly errorLog?: string
  /** The configuration's text, instead of the file's content. */
  readonly text?: string
  /** Takes what the master says and what the workers print, line by line. */
  readonly output?: (line: string) => void
}

/** A running proxy. */
export interface ProxyHandle {
  readonly addresses: readonly Address[]
  /** Reads the configuration again; rejects and keeps the old one when anything is wrong with it. */
  reload(): Promise<void>
  stop(how?: StopOptions): Promise<void>
}

/** Starts master and workers; resolves when they serve. Throws ConfigError, BindError or WorkerFailed. */
export async function startProxy(options: StartProxyOptions): Promise<ProxyHandle> {
  const { output } = options
  const paths = layout(options)
  const first = await plan(paths, readConfig(paths, options))
  const { globals, text } = options
  const to = output === undefined ? {} : { output, log: callbackErrorLog(output, 'warn') }
  const proxy = new Proxy({ layout: paths, globals, text, ...to }, first)
  await proxy.start()
  return {
    get addresses() {
      return proxy.addresses
    },
    reload: () => proxy.reload(),
    stop: (how) => proxy.stop(how),
  }
}
