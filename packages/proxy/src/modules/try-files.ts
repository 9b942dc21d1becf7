/** `try_files`: the first file or folder that exists becomes the URI; the last argument is a redirect or a status. */
import type { Report } from '../language/diagnostic.ts'
import type { Statement } from '../language/statement.ts'
import { internalRedirect, namedRedirect } from '../http/engine.ts'
import { filePath, statFile } from '../http/files.ts'
import type { Request } from '../http/request.ts'
import { declined, taken, type Module } from '../model/module.ts'
import { atLeast, compileAt, row } from '../model/row.ts'
import type { LevelScope } from '../model/scope.ts'
import { setting } from '../model/setting.ts'
import type { Value } from '../model/value.ts'

interface TryFiles {
  readonly tries: readonly { readonly value: Value; readonly isFolder: boolean }[]
  readonly status: number
  readonly last: Value
}

const tryFilesSetting = setting<TryFiles | undefined>('try_files', undefined, 'own')

function applyTryFiles(scope: LevelScope, statement: Statement, report: Report): void {
  const words = [...statement.args]
  const lastWord = words.pop()
  if (lastWord === undefined) return
  const status = /^=\d{3}$/.test(lastWord.text) ? Number(lastWord.text.slice(1)) : 0
  if (lastWord.text.startsWith('=') && status === 0) report.emerg(`invalid code "${lastWord.text}"`, lastWord.place)
  const last = compileAt(lastWord, scope, report)
  const tries = words.flatMap((word) => {
    const isFolder = word.text.endsWith('/')
    const value = compileAt(word, scope, report, isFolder ? word.text.slice(0, -1) : word.text)
    return value === undefined ? [] : [{ value, isFolder }]
  })
  if (last !== undefined) scope.set(tryFilesSetting, { tries, status, last })
}

function tryAll(request: Request, { tries, status, last }: TryFiles): number {
  const { core } = request.location
  const prefix = core.aliasPrefix ?? ''
  for (const { value, isFolder } of tries) {
    const text = value.read(request)
    const rest = prefix !== '' && text.startsWith(prefix) ? text.slice(prefix.length) : text
    const path = core.alias ? core.root.read(request) + rest : filePath(request, text)
    if (!exists(request, path, isFolder)) continue
    if (!core.alias) request.uri = text
    else if (core.aliasPrefix !== undefined) request.uri = prefix + rest
    else if (!isFolder) {
      request.uri = text
      request.appendsUriToAlias = true
    }
    return declined
  }
  if (status > 0) return status
  const target = last.read(request)
  if (target.startsWith('@')) namedRedirect(request, target)
  else {
    const question = target.indexOf('?')
    if (question === -1) internalRedirect(request, target, '')
    else internalRedirect(request, target.slice(0, question), target.slice(question + 1))
  }
  return taken
}

function exists(request: Request, path: string, isFolder: boolean): boolean {
  if (path.includes('\0')) return false
  try {
    const stats = statFile(request, path)
    return stats !== undefined && stats.isDirectory() === isFolder
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'ENOTDIR' && code !== 'ELOOP' && code !== 'ENAMETOOLONG')
      request.log('crit', `stat() "${path}" failed (${message})`)
    return false
  }
}

/** The try_files module. */
export const tryFiles: Module = {
  name: 'try_files',
  directives: [
    row(
      'try_files',
      'Looks for files and takes the first.',
      { contexts: ['server', 'location'], args: atLeast(2), once: true },
      applyTryFiles,
    ),
  ],
  attach: (scope) => {
    const setup =
      scope.value(tryFilesSetting) ??
      (scope.name.kind === 'nameless' && scope.parent === scope.server
        ? scope.server.value(tryFilesSetting)
        : undefined)
    return setup === undefined ? undefined : { precontent: (request) => tryAll(request, setup) }
  },
}
