/** From a worker's settings to the one application its fronts call. */
import type { Application } from '@trivet/gateway'
import type { ApplicationReference } from '../config/model/application.ts'
import { loadApplication, type LoadedApplication } from '../loader/load.ts'
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
  const inside =
    serving.mounts.length === 0 && first !== undefined
      ? first.loaded.application
      : await mounted(
          loaded.map(({ prefix, loaded: { application: one } }) => ({ prefix, application: one })),
          serving.manageScriptName,
        )
  return {
    application: await withSurroundings(inside, serving, directory),
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

/** What most workers do without is loaded when it is asked for: it is a quarter of a worker's start. */
async function mounted(
  applications: readonly { readonly prefix: string; readonly application: Application }[],
  manage: boolean,
): Promise<Application> {
  const { withMounts } = await import('./mounts.ts')
  return withMounts(applications, manage)
}
