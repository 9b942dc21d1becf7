import type { InertOption, InertRow, Option, OptionGroup } from './option.ts'
import { application } from './table/application.ts'

import { clustering } from './table/clustering.ts'
import { companions } from './table/companions.ts'
import { configuration } from './table/configuration.ts'
import { emperor } from './table/emperor.ts'
import { files } from './table/files.ts'
import { http } from './table/http.ts'
import { languages } from './table/languages.ts'
import { life } from './table/life.ts'
import { limits } from './table/limits.ts'
import { logs } from './table/logs.ts'
import { operations } from './table/operations.ts'
import { programs } from './table/programs.ts'
import { python } from './table/python.ts'
import { reloads } from './table/reloads.ts'
import { routing } from './table/routing.ts'
import { sharing } from './table/sharing.ts'
import { sockets } from './table/sockets.ts'
import { staticFiles } from './table/static-files.ts'
import { workers } from './table/workers.ts'

/** The option table: every option there is, by concern, in the order of `--help`. To add one is to add a row in a group's file, and a line in the file of the same name in config/model/. */
export const optionGroups: readonly OptionGroup[] = [
  application,
  python,
  sockets,
  http,
  workers,
  life,
  reloads,
  limits,
  logs,
  files,
  staticFiles,
  programs,
  companions,
  operations,
  routing,
  sharing,
  emperor,
  clustering,
  languages,
  configuration,
]

/** Every option with an effect. */
export const options: readonly Option[] = optionGroups.flatMap((group) => group.options)

/** uWSGI's options that people have in their files and that have no effect here, each with the reason. */
export const inertOptions: readonly InertOption[] = optionGroups.flatMap(({ inert }) => inert.flatMap(inertOptionsOf))

function inertOptionsOf(row: InertRow): readonly InertOption[] {
  const [state, why] =
    'needless' in row
      ? (['needless', row.needless] as const)
      : 'absent' in row
        ? (['absent', row.absent] as const)
        : (['refused', row.refused] as const)
  const names = row.names.split(/\s+/)
  return names.flatMap((name, index) => {
    if (name.length === 1) return []
    const next = names[index + 1] ?? ''
    return [{ name, ...(next.length === 1 ? { letter: next } : {}), kind: row.kind, state, why }]
  })
}
