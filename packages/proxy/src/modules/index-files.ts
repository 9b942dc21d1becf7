/** `index`: for a URI that ends in a slash, the first of the files that exists, by an inner redirect. */
import { internalRedirect } from '../http/engine.ts'
import { filePath, statFile } from '../http/files.ts'
import type { Request } from '../http/request.ts'
import { systemErrorText } from '../language/system-error.ts'
import { declined, taken, type Module } from '../model/module.ts'
import { atLeast, compileAt, row } from '../model/row.ts'
import { setting } from '../model/setting.ts'
import { constantValue, type Value } from '../model/value.ts'

const indexSetting = setting<readonly Value[]>('index', [constantValue('index.html')])

function findIndex(request: Request, files: readonly Value[]): number {
  if (!request.uri.endsWith('/')) return declined
  const { method } = request
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') return declined
  const folder = filePath(request, request.uri)
  let isTested = false
  for (const file of files) {
    const name = file.read(request)
    if (name.startsWith('/')) {
      internalRedirect(request, name, request.args)
      return taken
    }
    try {
      const stats = statFile(request, folder + name)
      if (stats !== undefined) {
        internalRedirect(request, request.uri + name, request.args)
        return taken
      }
      if (!isTested) {
        const tested = testFolder(request, folder)
        if (tested !== 0) return tested
      }
      isTested = true
    } catch (error) {
      return refused(request, folder + name, error as NodeJS.ErrnoException)
    }
  }
  return declined
}

function testFolder(request: Request, folder: string): number {
  const path = folder.replace(/\/+$/, '')
  const stats = statFile(request, path === '' ? '/' : path)
  if (stats?.isDirectory() === true) return 0
  if (request.location.core.logNotFound) {
    const why = stats === undefined ? '2: No such file or directory' : '20: Not a directory'
    request.log('error', `"${folder}" is not found (${why})`)
  }
  return 404
}

function refused(request: Request, path: string, error: NodeJS.ErrnoException): number {
  const isForbidden = error.code === 'EACCES' || error.code === 'ELOOP'
  if (isForbidden) request.log('error', `"${path}" is forbidden (${systemErrorText(error)})`)
  else if (request.location.core.logNotFound) request.log('error', `"${path}" is not found (${systemErrorText(error)})`)
  return isForbidden ? 403 : 404
}

/** The index module. */
export const index: Module = {
  name: 'index',
  directives: [
    row('index', 'Files that stand for their folder.', { args: atLeast(1) }, (scope, statement, report) => {
      const values = statement.args.flatMap((word) => compileAt(word, scope, report) ?? [])
      scope.set(indexSetting, [...(scope.get(indexSetting) ?? []), ...values])
    }),
  ],
  attach: (scope) => {
    const files = scope.value(indexSetting)
    return { content: (request) => findIndex(request, files) }
  },
}
