import type { Option, OptionGroup } from '../option.ts'

const rules: Readonly<Record<string, string>> = {
  'static-expires': 'PATTERN SECONDS: the Expires header of files whose path fits the regular expression',
  'static-expires-mtime': 'the same, counted from the file’s time instead of the request’s',
  'static-expires-path-info': 'the same for PATH_INFO',
  'static-expires-path-info-mtime': 'the same for PATH_INFO, counted from the file’s time',
  'static-expires-uri': 'the same for REQUEST_URI',
  'static-expires-uri-mtime': 'the same for REQUEST_URI, counted from the file’s time',
  'static-expires-type': 'TYPE=SECONDS: the same by content type',
  'static-expires-type-mtime': 'the same by content type, counted from the file’s time',
  'static-gzip': 'files whose path fits the regular expression may have `.br` and `.gz` forms beside them',
  'static-gzip-ext': 'the same for files that end so',
  'static-skip-ext': 'paths that end so are left to the application',
  'static-index': 'the file that stands for a folder',
}

const texts: readonly Option[] = Object.entries(rules).map(([name, help]) => ({
  name,
  ...(name === 'static-gzip-ext' ? { aliases: ['static-gzip-suffix'] } : {}),
  kind: 'text',
  repeat: true,
  origin: 'uwsgi',
  help,
}))

/** Files served without the application. */
export const staticFiles: OptionGroup = {
  heading: 'Static files',
  options: [
    {
      name: 'static-map',
      kind: 'pair',
      repeat: true,
      origin: 'uwsgi',
      help: '/PATH=FOLDER: GET and HEAD of what is in the folder, or of a single file; the rest goes to the application',
    },
    {
      name: 'static-map2',
      kind: 'pair',
      repeat: true,
      origin: 'uwsgi',
      help: '/PATH=FOLDER: the same, with the path itself below the folder too',
    },
    {
      name: 'check-static',
      aliases: ['static-check'],
      kind: 'path',
      repeat: true,
      origin: 'uwsgi',
      help: 'look for every path in this folder first',
    },
    ...texts,
    { name: 'static-gzip-all', kind: 'flag', origin: 'uwsgi', help: 'every file may have `.br` and `.gz` forms' },
    {
      name: 'static-gzip-dir',
      aliases: ['static-gzip-prefix'],
      kind: 'path',
      repeat: true,
      origin: 'uwsgi',
      help: 'files whose path begins so may have `.br` and `.gz` forms',
    },
    {
      name: 'static-safe',
      kind: 'path',
      repeat: true,
      origin: 'uwsgi',
      help: 'links may lead into this folder; otherwise they stay inside their own',
    },
  ],
  inert: [
    { names: 'check-static-docroot', kind: 'flag', absent: 'use `check-static` with the folder' },
    { names: 'honour-range', kind: 'flag', needless: 'ranges are always honoured' },
    { names: 'disable-sendfile', kind: 'flag', needless: 'files are read and written by the worker' },
    {
      names: 'static-cache-paths static-cache-paths-name',
      kind: 'text',
      needless: 'a path is looked up in microseconds',
    },
    { names: 'mimefile mime-file', kind: 'text', absent: 'types come from the IANA registry' },
    { names: 'file-serve-mode fileserve-mode', kind: 'text', absent: 'use `X-Accel-Redirect` from the application' },
  ],
}
