/** The folder that a URI ending in a slash means, for the modules that look into it. */
import { filePath } from '../http/files.ts'
import type { Request } from '../http/request.ts'
import { systemErrorText } from '../language/system-error.ts'

const missing: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'])

/** What `read` makes of the folder's path; when the system does not let it, that is logged, and it is the status to answer with. */
export function lookIntoFolder<T extends object>(request: Request, read: (path: string) => T): T | number {
  const path = filePath(request, request.uri)
  try {
    return read(path)
  } catch (error) {
    const failure = error as NodeJS.ErrnoException
    const status = missing.has(failure.code) ? 404 : failure.code === 'EACCES' ? 403 : 500
    request.log(status === 500 ? 'crit' : 'error', `opendir() "${path}" failed (${systemErrorText(failure)})`)
    return status
  }
}
