/** The modules, in the order of their handlers and filters. To add one is to add its file and its line here. */
import type { Module } from '../model/module.ts'
import { access } from './access.ts'
import { autoindex } from './autoindex.ts'
import { charset } from './charset.ts'
import { main } from './main/index.ts'
import { emptyGif } from './empty-gif.ts'
import { gzip } from './gzip.ts'
import { headers } from './headers.ts'
import { index } from './index-files.ts'
import { log } from './log/index.ts'
import { map } from './map.ts'
import { notModified } from './not-modified.ts'
import { proxy } from './proxy/index.ts'
import { ranges } from './ranges.ts'
import { rewrite } from './rewrite/index.ts'
import { staticFiles } from './static-files.ts'
import { stubStatus } from './stub-status.ts'
import { tryFiles } from './try-files.ts'
import { upstream } from './upstream.ts'
import { uwsgi } from './uwsgi/index.ts'
import { variables } from './variables.ts'

/** All modules besides http's core. */
export const modules: readonly Module[] = [
  main,
  variables,
  map,
  rewrite,
  access,
  tryFiles,
  upstream,
  proxy,
  uwsgi,
  emptyGif,
  stubStatus,
  index,
  autoindex,
  staticFiles,
  notModified,
  headers,
  charset,
  gzip,
  ranges,
  log,
]
