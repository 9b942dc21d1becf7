/** The modules, in the order of their handlers and filters. To add one is to add its file and its line here. */
import type { Module } from '../model/module.ts'
import { access } from './access.ts'
import { addition } from './addition.ts'
import { authRequest } from './auth-request.ts'
import { authBasic } from './auth-basic/index.ts'
import { autoindex } from './autoindex/index.ts'
import { besideAbsent } from './beside-absent.ts'
import { browser } from './browser.ts'
import { charset } from './charset/index.ts'
import { main } from './main/index.ts'
import { emptyGif } from './empty-gif.ts'
import { geo } from './geo.ts'
import { gunzip } from './gunzip.ts'
import { brotli, gzip, zstd } from './gzip.ts'
import { headers } from './headers.ts'
import { index } from './index-files.ts'
import { log } from './log/index.ts'
import { limitConnections } from './limits/connections.ts'
import { limitRequests } from './limits/requests.ts'
import { map } from './map.ts'
import { mirror } from './mirror.ts'
import { notModified } from './not-modified.ts'
import { brotliStatic, gzipStatic, zstdStatic } from './precompressed.ts'
import { proxyProtocol } from './proxy-protocol.ts'
import { proxy } from './proxy/index.ts'
import { randomIndex } from './random-index.ts'
import { ranges } from './ranges.ts'
import { realip } from './realip.ts'
import { referer } from './referer.ts'
import { rewrite } from './rewrite/index.ts'
import { secureLink } from './secure-link.ts'
import { splitClients } from './split-clients.ts'
import { ssi } from './ssi/index.ts'
import { staticFiles } from './static-files.ts'
import { stubStatus } from './stub-status.ts'
import { subFilter } from './sub-filter/index.ts'
import { tryFiles } from './try-files.ts'
import { upstream } from './upstream.ts'
import { userid } from './userid.ts'
import { uwsgi } from './uwsgi/index.ts'
import { variables } from './variables.ts'

/** All modules besides http's core. */
export const modules: readonly Module[] = [
  main,
  variables,
  map,
  geo,
  splitClients,
  referer,
  secureLink,
  browser,
  rewrite,
  realip,
  limitRequests,
  limitConnections,
  access,
  authBasic,
  authRequest,
  tryFiles,
  mirror,
  upstream,
  proxyProtocol,
  proxy,
  uwsgi,
  emptyGif,
  stubStatus,
  randomIndex,
  index,
  autoindex,
  zstdStatic,
  brotliStatic,
  gzipStatic,
  staticFiles,
  notModified,
  headers,
  userid,
  gunzip,
  addition,
  subFilter,
  charset,
  ssi,
  zstd,
  brotli,
  gzip,
  ranges,
  log,
  besideAbsent,
]
