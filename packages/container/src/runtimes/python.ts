import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ContainerError } from '../config/diagnostic.ts'
import type { PythonSettings } from '../config/model/python.ts'
import { requestLogSettings } from '../config/model/logs.ts'
import type { Runtime } from './runtime.ts'

/** Run by its path, so that it needs no PYTHONPATH, which would be the application's too. */
const workerScript = fileURLToPath(new URL('../../python/trivet_worker/__main__.py', import.meta.url))

/** Python: the workers are processes of python3 that speak uwsgi. */
export const python: Runtime = {
  name: 'python',
  speaks: ['uwsgi'],
  calls: true,
  program(config) {
    const { application, limits, log, workers, life } = config
    const settings = config.python
    return {
      command: findInterpreter(settings, process.env['PATH'] ?? ''),
      args: ['-u', workerScript],
      environment: {},
      cores: settings.threads,
      zygote: !settings.lazy,
      payload: {
        application: settings.reference ?? null,
        mounts: settings.mounts,
        manageScriptName: config.serving.manageScriptName,
        autoreload: settings.autoreload,
        directory: application.directory,
        pythonPath: settings.path,
        virtualenv: settings.virtualenv,
        threads: settings.threads,
        threadStack: settings.threadStack,
        interface: settings.interface,
        onlyLoads: settings.onlyLoads,
        asgi: settings.asgi,
        limits,
        log: requestLogSettings(log),
        processes: workers.processes,
        mercy: life.mercy,
        harakiri: life.harakiri.timeout ?? 0,
      },
    }
  },
}

/** The python that is named, the virtual environment's, or the one on PATH; throws ContainerError `START` when there is none. */
function findInterpreter({ interpreter, virtualenv }: PythonSettings, path: string): string {
  if (interpreter !== undefined) {
    if (interpreter.includes('/') && !canRun(interpreter))
      throw new ContainerError('START', `\`python\`: there is no program ${interpreter}`)
    return interpreter
  }
  if (virtualenv !== undefined) {
    const own = join(virtualenv, 'bin', 'python')
    if (canRun(own)) return own
  }
  const found = path
    .split(delimiter)
    .map((folder) => join(folder, 'python3'))
    .find(canRun)
  if (found !== undefined) return found
  throw new ContainerError(
    'START',
    'the application is Python, and there is no `python3` on PATH: install the package `python3` (Debian, Ubuntu), or name the program with `python`',
  )
}

function canRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
