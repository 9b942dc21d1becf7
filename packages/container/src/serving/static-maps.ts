/**
 * Files in front of an application (core/static.c of uWSGI): GET and HEAD of what is there are answered, whatever is not
 * goes to the application with the request as it came. A link that leads out of its folder is not there, unless it
 * leads into a `static-safe` one. A prefix is compared by whole segments: `/static` has nothing to do with `/statics`.
 */
import { statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Application, Environ, StartResponse } from '@trivet/gateway'
import { changedEnviron, staticFiles, type StaticFilesOptions } from '@trivet/middleware'
import { expiresOf } from './expires.ts'
import type { StaticMap, StaticSettings } from './settings.ts'

/** An application behind the static files of the settings; the first map that has the file answers. */
export function withStaticFiles(application: Application, settings: StaticSettings): Application {
  return settings.maps.reduceRight((inside, map) => mapped(inside, map, settings), application)
}

function mapped(application: Application, map: StaticMap, settings: StaticSettings): Application {
  const { prefix, target } = map
  // A file stays one whatever the path ends with; what is not there yet will be a folder.
  const single = statSync(target, { throwIfNoEntry: false })?.isFile() === true
  const outside = new WeakMap<Environ, { readonly environ: Environ; readonly startResponse: StartResponse }>()
  const fallThrough: Application = (environ, startResponse) => {
    const outer = outside.get(environ)
    return outer === undefined ? application(environ, startResponse) : application(outer.environ, outer.startResponse)
  }
  const folder = single ? dirname(target) : target
  const files = staticFiles(folder, optionsOf(settings))(fallThrough)
  return (environ, startResponse) => {
    const { REQUEST_METHOD: method, PATH_INFO: path, SCRIPT_NAME: script } = environ
    if (
      (method !== 'GET' && method !== 'HEAD') ||
      !isBelow(path, prefix) ||
      settings.skip.some((end) => path.endsWith(end))
    )
      return application(environ, startResponse)
    const rest = single
      ? path === prefix
        ? `/${basename(target)}`
        : undefined
      : map.whole
        ? path
        : path.slice(prefix.length)
    if (rest === undefined) return application(environ, startResponse)
    const inside = changedEnviron(environ, { SCRIPT_NAME: script + (map.whole ? '' : prefix), PATH_INFO: rest })
    outside.set(inside, { environ, startResponse })
    const start =
      settings.expires.length === 0 ? startResponse : withExpires(startResponse, environ, join(folder, rest), settings)
    return files(inside, start)
  }
}

const isBelow = (path: string, prefix: string): boolean =>
  path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/')

function optionsOf(settings: StaticSettings): StaticFilesOptions {
  const patterns = settings.gzipPatterns.map((pattern) => new RegExp(pattern))
  const { index, safe, gzipAll, gzipEndings, gzipFolders } = settings
  return {
    index,
    safe,
    precompressed: (path) =>
      gzipAll ||
      gzipEndings.some((end) => path.endsWith(end)) ||
      gzipFolders.some((folder) => path.startsWith(folder)) ||
      patterns.some((pattern) => pattern.test(path)),
  }
}

function withExpires(
  startResponse: StartResponse,
  environ: Environ,
  file: string,
  settings: StaticSettings,
): StartResponse {
  return (status, headers, excInfo) => {
    const expires = /^(?:200|206|304)/.test(status) ? expiresOf(settings.expires, environ, file, headers) : undefined
    return startResponse(status, expires === undefined ? headers : [...headers, ['Expires', expires]], excInfo)
  }
}
