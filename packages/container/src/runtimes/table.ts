import type { ContainerConfig } from '../config/model.ts'
import { javascript } from './javascript.ts'
import { python } from './python.ts'
import type { Runtime } from './runtime.ts'

/** The runtime of a configuration's application. To add a language is to add a file like python.ts and a line here. */
export function runtimeOf(config: ContainerConfig): Runtime {
  return config.python.chosen ? python : javascript
}
