import type { InertOption, OptionKind } from './option.ts'

type Row = readonly [names: string, kind: OptionKind, why: string]

const needless: readonly Row[] = [
  ['enable-threads', 'flag', 'JavaScript has no global interpreter lock to enable'],
  ['threads', 'number', 'a worker serves many requests at once on one thread; raise `processes` to use more cores'],
  ['single-interpreter', 'flag', 'a worker has one JavaScript engine'],
  ['lazy-apps lazy', 'flag', 'every worker loads the application for itself'],
  ['thunder-lock', 'flag', 'workers accept without blocking, so nothing has to be locked'],
  ['plugins plugin need-plugin need-plugins plugin-dir plugins-dir', 'text', 'all protocols are built in'],
  ['virtualenv venv home H pyhome', 'path', 'packages are found in node_modules, upwards from the application'],
  ['pythonpath python-path pp', 'path', 'packages are found in node_modules, upwards from the application'],
  ['post-buffering', 'number', 'bodies are streamed to the application'],
  ['wsgi-disable-file-wrapper', 'flag', 'that is a setting of the Python plugin'],
  ['ignore-sigpipe ignore-write-errors disable-write-exception', 'flag', 'a client that leaves is no error here'],
  ['write-errors-tolerance', 'number', 'a client that leaves is no error here'],
  ['close-on-exec close-on-exec2', 'flag', 'descriptors are never handed to programs the application starts'],
  ['no-orphans', 'flag', 'workers always leave with their master'],
  ['log-master', 'flag', 'the output of workers always goes through the master'],
  ['http-keepalive http-auto-chunked http11-socket', 'text', 'every HTTP front has keep-alive and chunked bodies'],
  ['http-processes http-workers', 'number', 'the workers speak HTTP themselves'],
  ['gevent', 'number', 'every worker is asynchronous by nature'],
  ['gevent-early-monkey-patch', 'flag', 'every worker is asynchronous by nature'],
  ['async', 'number', 'every worker is asynchronous by nature'],
  ['max-fd', 'number', 'Node raises the number of descriptors to its hard limit by itself'],
  ['reaper locks', 'text', 'nothing here needs it'],
  ['honour-stdin', 'flag', 'workers read nothing from standard input'],
  ['auto-procname', 'flag', 'workers name themselves'],
  ['no-default-app', 'flag', 'only the application that `module` names is served'],
  ['offload-threads', 'number', 'writing never blocks a worker'],
]

const later: readonly Row[] = [
  ['harakiri', 'number', 'a request may take as long as it likes'],
  ['harakiri-verbose', 'flag', 'it needs `harakiri`'],
  ['max-requests', 'number', 'workers are not recycled by count'],
  ['max-worker-lifetime min-worker-lifetime', 'number', 'workers are not recycled by age'],
  ['reload-on-rss reload-on-as evil-reload-on-rss evil-reload-on-as', 'number', 'workers are not recycled by memory'],
  ['memory-report', 'flag', 'lines carry no memory figures'],
  [
    'cheaper cheaper-initial cheaper-step cheaper-overload idle',
    'number',
    'the number of workers is fixed at `processes`',
  ],
  [
    'cheaper-algo cheaper-busyness-max cheaper-busyness-min cheaper-busyness-multiplier',
    'text',
    'the number of workers is fixed at `processes`',
  ],
  [
    'cheaper-busyness-backlog-alert cheaper-busyness-backlog-step',
    'text',
    'the number of workers is fixed at `processes`',
  ],
  ['stats stats-server', 'text', 'USR1 prints the figures to the log'],
  ['stats-http', 'flag', 'USR1 prints the figures to the log'],
  [
    'static-map static-map2 check-static static-index static-expires static-gzip-all static-safe',
    'text',
    'let the proxy in front serve files',
  ],
  ['mount', 'text', 'one application is served, at the root'],
  ['manage-script-name', 'flag', 'it needs `mount`'],
  ['attach-daemon attach-daemon2 smart-attach-daemon', 'text', 'no daemon is started'],
  ['cron cron2 unique-cron', 'text', 'nothing is run at a time'],
  [
    'spooler spooler-processes spooler-frequency spooler-harakiri spooler-ordered spooler-quiet',
    'text',
    'there is no spooler',
  ],
  ['mule mules farm', 'text', 'there are no mules'],
  ['logger req-logger logger-req log-route log-encoder log-req-encoder', 'text', 'use `logto` or standard output'],
  ['log-4xx log-5xx log-slow log-zero log-big', 'text', 'all requests are logged, or none with `disable-logging`'],
  ['log-date logdate logformat-strftime log-truncate log-alarm alarm', 'text', 'use `log-format`'],
  ['log-maxsize log-backupname', 'text', 'rotate the file of `logto` and send USR1'],
  ['log-reopen', 'flag', 'send USR1'],
  ['logto2', 'path', 'use `logto`'],
  ['daemonize daemonize2 d', 'path', 'the master stays in the foreground; let a service manager start it'],
  ['master-fifo touch-chain-reload touch-logreopen fs-reload', 'path', 'use signals or `touch-reload`'],
  ['py-autoreload python-autoreload', 'number', 'use `touch-reload`'],
  ['safe-pidfile pidfile2 safe-pidfile2', 'path', 'use `pidfile`'],
  ['procname-prefix procname-prefix-spaced procname', 'text', 'workers are called after their slot'],
  ['hook-master-start hook-post-fork hook-pre-app exec-asap exec-pre-app exec-post-app', 'text', 'no hooks are run'],
  ['route route-if route-host route-uri add-header response-header', 'text', 'let the proxy in front do it'],
  ['cache2 cache', 'text', 'there is no shared cache'],
  ['alarm-listen-queue alarm-segfault', 'text', 'there are no alarms'],
  ['vhost paste import shared-import', 'text', 'one application is served, at the root'],
  ['protocol', 'text', 'the option says it: `socket` speaks uwsgi, `http-socket` HTTP'],
  ['fastcgi-socket scgi-socket https https-socket', 'text', 'the fronts are `socket`, `http-socket` and `http`'],
  ['emperor', 'text', 'start one container per configuration'],
]

function rows(table: readonly Row[], state: InertOption['state']): InertOption[] {
  return table.flatMap(([names, kind, why]) => names.split(' ').map((name) => ({ name, kind, state, why })))
}

/** uWSGI's options that people have in their files and that have no effect here, each with the reason. */
export const inertOptions: readonly InertOption[] = [...rows(needless, 'needless'), ...rows(later, 'later')]
