/** `http` and `server`: the blocks everything else stands in. */
import { key, type Directive, type Key } from '../../language/directive.ts'
import type { Module } from '../../model/module.ts'
import { row } from '../../model/row.ts'
import { HttpScope, ServerScope } from '../../model/scope.ts'

/** The HttpScope of a configuration, once `http` has been met. */
export const httpScopeKey: Key<HttpScope> = key('http')
/** Where relative paths start; set on the main scope before anything is applied. */
export const prefixKey: Key<{ readonly prefix: string; readonly folder: string; readonly modules: readonly Module[] }> =
  key('prefix')

/** The rows of the two blocks. */
export const blockRows: readonly Directive[] = [
  {
    name: 'http',
    contexts: ['main'],
    args: [0, 0],
    block: 'http',
    once: true,
    doc: 'Everything about HTTP.',
    apply: (scope, statement) => {
      const place = scope.get(prefixKey)
      if (place === undefined) throw new Error('the main scope has no prefix')
      const http = new HttpScope(scope, statement, place.prefix, place.folder)
      for (const module of place.modules) {
        if (module.variables !== undefined) http.variableTable.declare(module.variables)
        module.setup?.(http)
      }
      scope.set(httpScopeKey, http)
      return http
    },
  },
  row('server', 'A virtual server.', { contexts: ['http'], args: [0, 0], block: 'server' }, (scope, statement) => {
    const server = new ServerScope(scope.http, statement)
    scope.http.servers.push(server)
    return server
  }),
]
