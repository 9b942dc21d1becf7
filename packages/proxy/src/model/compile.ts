/** Statements to a running model: every directive is applied once, then servers and locations are frozen. */
import { dirname } from 'node:path'
import { compile } from '../language/check.ts'
import { Findings, isError, throwIfFailed } from '../language/diagnostic.ts'
import { directiveTable, Scope } from '../language/directive.ts'
import type { LoadedConfig } from '../language/load.ts'
import { httpScopeKey, prefixKey } from '../modules/core/http.ts'
import { core } from '../modules/core/index.ts'
import { unimplementedPolicy } from '../modules/main/index.ts'
import { mainSettings } from '../modules/main/settings.ts'
import { modules } from '../modules/registry.ts'
import type { HttpConfig, ProxyConfig } from './config.ts'
import { Freezer } from './freeze.ts'
import { buildListeners } from './listeners.ts'
import { resourcesKey, type HttpScope } from './scope.ts'

/** Checks and compiles a configuration; throws ConfigError with everything that is wrong. */
export function compileConfig(loaded: LoadedConfig, options: { readonly prefix: string }): ProxyConfig {
  const report = new Findings()
  const main = new Scope('main')
  const prefix = options.prefix.endsWith('/') ? options.prefix : `${options.prefix}/`
  const all = [core, ...modules]
  main.set(prefixKey, { prefix: Buffer.from(prefix).toString('latin1'), folder: dirname(loaded.file), modules: all })
  const table = directiveTable(...all.map((module) => module.directives))
  compile(loaded.statements, table, main, report, { unimplemented: unimplementedPolicy(loaded.statements) })
  const scope = main.get(httpScopeKey)
  // Where files could not be read whole, what refers to something that is missing is no mistake of its own.
  const isWhole = !loaded.diagnostics.some(isError)
  const http = scope === undefined || !isWhole ? undefined : buildHttp(scope, report)
  throwIfFailed([...report.diagnostics, ...loaded.diagnostics])
  return {
    main: mainSettings(main),
    warnings: [...loaded.diagnostics, ...report.diagnostics],
    listens: http?.listeners.map((listener) => listener.spec) ?? [],
    http,
  }
}

function buildHttp(scope: HttpScope, report: Findings): HttpConfig | undefined {
  scope.finish(report)
  scope.variables.bind((name, place) => report.emerg(`unknown "${name}" variable`, place))
  if (report.diagnostics.some(isError)) return undefined
  const freezer = new Freezer(modules)
  const servers = scope.servers.map((server) => ({ scope: server, server: freezer.server(server) }))
  return {
    listeners: buildListeners(servers, report),
    slots: scope.variables.slots,
    resources: scope.shared(resourcesKey, () => []),
  }
}
