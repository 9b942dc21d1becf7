import type { Address } from '@trivet/prefork'
import type { ContainerConfig } from '../config/model.ts'
import type { FrontProtocol } from '../config/model/sockets.ts'
import { compileCache, nodeArguments } from '../runtimes/node-program.ts'
import type { WorkerProgram } from '../runtimes/runtime.ts'
import type { FrontPayload } from './payload.ts'

/** How front workers are started: Node, with the fronts' protocols and the socket they forward to. */
export function frontProgram(
  config: ContainerConfig,
  protocols: readonly FrontProtocol[],
  target: Address,
  execArgv: readonly string[],
): WorkerProgram {
  const payload: FrontPayload = {
    protocols,
    target,
    capacity: config.workers.processes * config.python.threads,
    fronts: config.http.processes,
    limits: config.limits,
    serving: config.serving,
    directory: config.application.directory,
    bodyMemory: config.http.bodyMemory,
    processes: config.http.processes,
    mercy: config.life.mercy,
  }
  return {
    command: process.execPath,
    args: nodeArguments('fronts/main', execArgv),
    environment: compileCache(),
    payload,
  }
}
