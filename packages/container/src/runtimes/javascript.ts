import type { WorkerPayload } from '../worker/payload.ts'
import { compileCache, nodeArguments } from './node-program.ts'
import { requestLogSettings } from '../config/model/logs.ts'
import type { Runtime } from './runtime.ts'

/** JavaScript and TypeScript: the workers are Node's, and speak every protocol. */
export const javascript: Runtime = {
  name: 'javascript',
  speaks: ['http', 'uwsgi'],
  calls: false,
  program(config, execArgv) {
    const { application, limits, log, workers, life } = config
    const payload: WorkerPayload = {
      application: application.reference,
      directory: application.directory,
      protocols: config.sockets.fronts.map(({ protocol }) => protocol),
      limits,
      log: requestLogSettings(log),
      serving: config.serving,
      titles: workers.titles,
      processes: workers.processes,
      mercy: life.mercy,
      harakiri: life.harakiri,
    }
    return {
      command: process.execPath,
      args: nodeArguments('worker/main', execArgv),
      environment: compileCache(),
      payload,
    }
  },
}
