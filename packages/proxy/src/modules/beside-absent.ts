/**
 * Directives that mean something only beside another one which is refused (`fastcgi_temp_path` without a `fastcgi_pass`): they
 * are read, and change nothing, so that the general part of a configuration loads. What would use them is told.
 */
import { contexts } from '../language/directive.ts'
import { knownDirectives } from '../language/known.ts'
import type { Module } from '../model/module.ts'
import { acceptedRow } from '../model/row.ts'

/** What is refused, and the names that serve it alone. */
const families: readonly (readonly [refused: string, names: RegExp])[] = [
  ['fastcgi_pass', /^fastcgi_/],
  ['scgi_pass', /^scgi_/],
  ['grpc_pass', /^grpc_/],
  ['memcached_pass', /^memcached_/],
  ['proxy_cache', /^proxy_(?:cache_|no_cache$)/],
  ['listen ... ssl', /^ssl_/],
  ['proxy_pass https://', /^proxy_ssl_/],
  ['uwsgi_pass suwsgi://', /^uwsgi_ssl_/],
  ['uwsgi_cache', /^uwsgi_(?:cache_|no_cache$)/],
]

const names = [...knownDirectives]
  .filter(([, shapes]) => shapes.some((shape) => contexts.some((one) => shape.contexts.includes(one))))
  .map(([name]) => name)

/** The rows of all such directives. */
export const besideAbsent: Module = {
  name: 'beside-absent',
  directives: families.flatMap(([refused, pattern]) =>
    names
      .filter((name) => name !== refused && pattern.test(name))
      .map((name) => acceptedRow(name, `Accepted: means something only beside \`${refused}\`, which is refused.`)),
  ),
}
