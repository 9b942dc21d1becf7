/** The core of http: servers, locations, and the settings the engine itself reads. One idea a file. */
import type { CoreSettings } from '../../model/core-settings.ts'
import type { Module } from '../../model/module.ts'
import type { LevelScope } from '../../model/scope.ts'
import { answerRows, readAnswerSettings } from './answers.ts'
import { bodyRows, readBodySettings } from './bodies.ts'
import { connectionRows, readConnectionSettings } from './connections.ts'
import { errorRows, readErrorSettings } from './errors.ts'
import { fileRows, readFileSettings } from './files.ts'
import { blockRows } from './http.ts'
import { inertRows } from './inert.ts'
import { locationRows, readEntrySettings } from './location.ts'
import { resolverRows } from './resolver.ts'
import { readRoot, rootRows } from './root.ts'
import { serverRows } from './server.ts'

/** The settings of a location, frozen. */
export function readCoreSettings(scope: LevelScope): CoreSettings {
  return {
    ...readRoot(scope),
    ...readEntrySettings(scope),
    ...readFileSettings(scope),
    ...readErrorSettings(scope),
    ...readBodySettings(scope),
    ...readConnectionSettings(scope),
    ...readAnswerSettings(scope),
  }
}

/** Servers, locations and the engine's settings. */
export const core: Module = {
  name: 'http-core',
  directives: [
    ...blockRows,
    ...serverRows,
    ...locationRows,
    ...rootRows,
    ...fileRows,
    ...errorRows,
    ...bodyRows,
    ...connectionRows,
    ...answerRows,
    ...resolverRows,
    ...inertRows,
  ],
}
