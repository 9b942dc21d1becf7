/** From settings to the model, concern by concern. Everything wrong is reported, not only the first. */
import { checkNames, explainAlwaysOn } from './check-names.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { Expanded } from './expand.ts'
import type { ContainerConfig } from './model.ts'
import { resolveApplication } from './model/application.ts'
import { resolveFiles } from './model/files.ts'
import { resolveHttp } from './model/http.ts'
import { resolveLife } from './model/life.ts'
import { resolveLimits } from './model/limits.ts'
import { resolveLogs } from './model/logs.ts'
import { resolveOperations } from './model/operations.ts'
import { resolvePrograms } from './model/programs.ts'
import { resolvePython } from './model/python.ts'
import { resolveReloads } from './model/reloads.ts'
import { resolveServing } from './model/serving.ts'
import { resolveSharing } from './model/sharing.ts'
import { resolveSockets } from './model/sockets.ts'
import { resolveWorkers } from './model/workers.ts'
import { Reading } from './reading.ts'
import { OptionValues } from './values.ts'

/** Makes the model; it is only good when no error was reported. `cwd` is where relative paths start. */
export function resolveConfig(
  expanded: Expanded,
  cwd: string,
  report: (diagnostic: Diagnostic) => void,
): ContainerConfig {
  const values = new OptionValues(expanded.settings, report)
  checkNames(expanded, values.flag('strict'), report)
  explainAlwaysOn(values, report)
  const reading = new Reading(values, cwd, report)
  return {
    application: resolveApplication(reading),
    python: resolvePython(reading),
    sockets: resolveSockets(reading),
    http: resolveHttp(reading),
    workers: resolveWorkers(reading),
    life: resolveLife(reading),
    reloads: resolveReloads(reading),
    limits: resolveLimits(reading),
    log: resolveLogs(reading),
    files: resolveFiles(reading),
    serving: resolveServing(reading),
    programs: resolvePrograms(reading),
    sharing: resolveSharing(reading, [...expanded.settings]),
    operations: resolveOperations(reading),
  }
}
