/** Bodies of requests: how large, how long, where they are kept. */
import { lchownSync, lstatSync, mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Directive } from '../../language/directive.ts'
import { choiceRow, flagRow, sizeRow, timeRow } from '../../language/rows.ts'
import type { CoreSettings } from '../../model/core-settings.ts'
import { everywhere, row, textOf, warnWithoutEffect } from '../../model/row.ts'
import { addResource, type HttpScope, type LevelScope } from '../../model/scope.ts'
import { setting } from '../../model/setting.ts'
import type { Owner } from '../../process/error-log.ts'

const megabyte = 1024 * 1024
const minute = 60_000
const clientMaxBodySize = setting('client_max_body_size', megabyte)
const clientBodyBufferSize = setting('client_body_buffer_size', 16 * 1024)
const clientBodyTempPath = setting('client_body_temp_path', 'client_body_temp')
const clientBodyTimeout = setting('client_body_timeout', minute)
const bodyInFileOnly = setting<'off' | 'on' | 'clean'>('client_body_in_file_only', 'off')
const foldersKey = Symbol('folders of bodies')
const bodyInSingleBuffer = setting('client_body_in_single_buffer', false)

/** The rows about bodies. */
export const bodyRows: readonly Directive[] = [
  sizeRow('client_max_body_size', everywhere, clientMaxBodySize, 'The largest request body; 0 is no limit.', 'g'),
  sizeRow('client_body_buffer_size', everywhere, clientBodyBufferSize, 'How much of a body is kept in memory.'),
  row(
    'client_body_temp_path',
    'Where larger bodies are written.',
    { args: [1, 4], once: true },
    (scope, statement, report) => {
      scope.set(clientBodyTempPath, textOf(statement, 0))
      if (statement.args.length > 1)
        warnWithoutEffect(scope, 'client_body_temp_path ... level', 'all files are in one folder', report)
    },
  ),
  timeRow('client_body_timeout', everywhere, clientBodyTimeout, 'The longest pause while a body is read.'),
  choiceRow('client_body_in_file_only', everywhere, bodyInFileOnly, 'Whether every body is written to a file.', {
    on: 'on',
    off: 'off',
    clean: 'clean',
  } as const),
  flagRow('client_body_in_single_buffer', everywhere, bodyInSingleBuffer, 'Bodies in memory are one buffer anyway.'),
]

type BodySettings = Pick<
  CoreSettings,
  'clientMaxBodySize' | 'clientBodyBufferSize' | 'clientBodyTempPath' | 'clientBodyTimeout' | 'bodyInFileOnly'
>

/** What holds for bodies sent to a place. */
export function readBodySettings(scope: LevelScope): BodySettings {
  return {
    clientMaxBodySize: scope.value(clientMaxBodySize),
    clientBodyBufferSize: scope.value(clientBodyBufferSize),
    clientBodyTempPath: folderOfBodies(scope.http, scope.value(clientBodyTempPath)),
    clientBodyTimeout: scope.value(clientBodyTimeout),
    bodyInFileOnly: scope.value(bodyInFileOnly),
  }
}

function folderOfBodies(http: HttpScope, path: string): string {
  const folders = http.shared(foldersKey, () => {
    const made = new Set<string>()
    addResource(http, { provide: (owner) => made.forEach((folder) => giveFolder(folder, owner)) })
    return made
  })
  const folder = resolve(http.prefix, path)
  folders.add(folder)
  return folder
}

/** As nginx; but a folder that everybody may write to, such as /tmp, stays whose it is, and no link is
 * followed: it could be of the workers' making. */
function giveFolder(folder: string, { uid, gid }: Owner): void {
  mkdirSync(dirname(folder), { recursive: true })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const found = lstatSync(folder)
  if (found.isDirectory() && found.uid !== uid && (found.mode & 0o002) === 0) lchownSync(folder, uid, gid)
}
