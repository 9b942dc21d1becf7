/** From a worker's settings to the one application its fronts call. */
import { notFound } from '@trivet/middleware'
import type { ApplicationReference } from '../config/model/application.ts'
import { loadApplication, type LoadedApplication } from '../loader/load.ts'
import { withMounts } from './mounts.ts'
import type { ServingSettings } from './settings.ts'
import { withSurroundings } from './surroundings.ts'

/** What is served: the application, or several, behind static files and added headers. */
export type ServedApplication = Pick<LoadedApplication, 'application' | 'label' | 'interface' | 'start' | 'stop'>

/** What the loading needs of a worker's payload. */
export interface ServingReferences {
  /** `module` is empty when there are mounts alone. */
  readonly application: ApplicationReference
  readonly directory: string
  readonly serving: ServingSettings
}

/** Loads every application and puts them together; throws as `loadApplication` does. */
export async function loadServing({ application, directory, serving }: ServingReferences): Promise<ServedApplication> {
  const root = application.module === '' ? [] : [{ prefix: '', application }]
  const references = [...root, ...serving.mounts]
  const loaded: { readonly prefix: string; readonly loaded: LoadedApplication }[] = []
  for (const one of references)
    loaded.push({ prefix: one.prefix, loaded: await loadApplication(one.application, directory) })
  const [first] = loaded
  const mounted =
    serving.mounts.length === 0
      ? (first?.loaded.application ?? notFound)
      : withMounts(
          loaded.map(({ prefix, loaded: { application: inside } }) => ({ prefix, application: inside })),
          serving.manageScriptName,
        )
  return {
    application: await withSurroundings(mounted, serving, directory),
    label: loaded
      .map((one) => (one.prefix === '' ? one.loaded.label : `${one.loaded.label} at ${one.prefix}`))
      .join(', '),
    interface: first?.loaded.interface ?? 'tsgi',
    start: async () => {
      for (const one of loaded) await one.loaded.start()
    },
    stop: async () => {
      for (const one of loaded.toReversed()) await one.loaded.stop()
    },
  }
}
