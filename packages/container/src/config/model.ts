import type { ApplicationSettings } from './model/application.ts'
import type { FileSettings } from './model/files.ts'
import type { HttpSettings } from './model/http.ts'
import type { LifeSettings } from './model/life.ts'
import type { Limits } from './model/limits.ts'
import type { LogSettings } from './model/logs.ts'
import type { OperationSettings } from './model/operations.ts'
import type { ProgramSettings } from './model/programs.ts'
import type { PythonSettings } from './model/python.ts'
import type { ReloadSettings } from './model/reloads.ts'
import type { ServingSettings } from '../serving/settings.ts'
import type { SocketSettings } from './model/sockets.ts'
import type { WorkerSettings } from './model/workers.ts'
import type { SharingSettings } from '../api/settings.ts'

/** A configuration with nothing left open: what running code sees, whatever it was written in. One member per concern. */
export interface ContainerConfig {
  readonly application: ApplicationSettings
  readonly python: PythonSettings
  readonly sockets: SocketSettings
  readonly http: HttpSettings
  readonly workers: WorkerSettings
  readonly life: LifeSettings
  readonly reloads: ReloadSettings
  readonly limits: Limits
  readonly log: LogSettings
  readonly files: FileSettings
  /** What stands before the application. */
  readonly serving: ServingSettings
  readonly programs: ProgramSettings
  readonly sharing: SharingSettings
  readonly operations: OperationSettings
}
