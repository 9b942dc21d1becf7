/** Finds where a configuration's `uwsgi_pass` directives lead: the sockets an application has to listen on. */
import type { Statement } from '@trivet/proxy'

/** The addresses (`unix:/path`, `host:port`) of all `uwsgi_pass` directives, upstream names resolved, in order, each once. */
export function uwsgiTargets(statements: readonly Statement[]): readonly string[] {
  const all = [...walk(statements)]
  const upstreams = new Map(
    all.filter((one) => one.name === 'upstream').map((one) => [one.args[0]?.text ?? '', serversOf(one)] as const),
  )
  const passes = all.filter((one) => one.name === 'uwsgi_pass').map((one) => one.args[0]?.text ?? '')
  return [...new Set(passes.flatMap((target) => upstreams.get(target) ?? [target]))].filter(
    (target) => !target.includes('$'),
  )
}

function serversOf(upstream: Statement): readonly string[] {
  return (upstream.block ?? []).filter((one) => one.name === 'server').map((one) => one.args[0]?.text ?? '')
}

function* walk(statements: readonly Statement[]): Generator<Statement> {
  for (const statement of statements) {
    yield statement
    if (statement.block !== undefined) yield* walk(statement.block)
  }
}
