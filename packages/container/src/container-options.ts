// Made from the option table by `pnpm --filter @trivet/container options`.

type Several = string | readonly string[]
type Pairs = Several | Readonly<Record<string, string>>

/** What a program gives to `startContainer`, and a `container.config.ts` exports: the options of the table by their names in camel case. */
export interface ContainerOptions {
  /** the application: a JavaScript file (extension optional) or package, or a Python module, then `:export` unless it is the default one */
  readonly module?: string
  /** name of the export, when `module` does not say it */
  readonly callable?: string
  /** the language of the application; found out by `module` and `wsgi-file` unless it is said */
  readonly runtime?: 'javascript' | 'python'
  /** python or python3: the application is Python; everything else is built in */
  readonly plugins?: Several
  /** what the export is: a gateway application, a fetch handler, a Node listener; in Python WSGI or ASGI; auto tells them apart; default auto */
  readonly interface?: 'auto' | 'tsgi' | 'fetch' | 'node' | 'wsgi' | 'asgi'
  /** a module whose export (default: the default one) is put before the application; the first is the outermost */
  readonly middleware?: Several
  /** working directory of the workers; `module` and unix sockets are relative to it */
  readonly chdir?: string
  /** set an environment variable, NAME=VALUE */
  readonly env?: Pairs
  /** exit with 22 when the application does not load at the start (always on) */
  readonly needApp?: boolean
  /** /PATH=MODULE[:EXPORT]: a further application; the longest path that fits is served, by whole segments */
  readonly mount?: Pairs
  /** find the mount by the request’s path; without it a proxy in front says it by SCRIPT_NAME */
  readonly manageScriptName?: boolean
  /** the Python file of the application, then `:callable` unless it is `application` or `app` */
  readonly wsgiFile?: string
  /** an ASGI application, MODULE:NAME or FILE:NAME; `module` and `wsgi-file` take one as well */
  readonly asgi?: string
  /** requests that an ASGI worker works on at once; more wait, and then nobody new is accepted; default 1000 */
  readonly asgiConcurrency?: number
  /** kilobytes of the largest WebSocket message that a Python worker takes; default 1024 */
  readonly websocketsMaxSize?: number
  /** seconds of silence after which a Python worker pings the peer of a WebSocket, 0 for never; default 30 */
  readonly websocketsPingFreq?: number
  /** seconds that the peer has to answer; the 3 that uWSGI gives are few for a phone; default 10 */
  readonly websocketsPongTolerance?: number
  /** virtual environment to run in; its own python is used where it has one */
  readonly virtualenv?: string
  /** folder to look for modules in, before `chdir` */
  readonly pythonpath?: Several
  /** the program that runs Python workers, when it is not the `python3` of PATH or of the virtual environment */
  readonly python?: string
  /** look every so many seconds whether a loaded module has changed, and reload then; default 0 */
  readonly pyAutoreload?: number
  /** every worker loads the application for itself, instead of one process for all of them */
  readonly lazyApps?: boolean
  /** requests that a Python worker works on at once; default 1 */
  readonly threads?: number
  /** kilobytes of stack for each of them, 0 for the default of the system; default 0 */
  readonly threadsStacksize?: number
  /** serve the uwsgi protocol on HOST:PORT, :PORT or a path */
  readonly socket?: Several
  /** serve HTTP on HOST:PORT, :PORT or a path */
  readonly httpSocket?: Several
  /** the same: the workers speak HTTP themselves, no router process stands before them */
  readonly http?: Several
  /** what `socket` speaks; default uwsgi */
  readonly protocol?: 'uwsgi' | 'http' | 'http11'
  /** mode of unix sockets, octal */
  readonly chmodSocket?: string
  /** owner of unix sockets, USER[:GROUP]; without it `uid` and `gid` */
  readonly chownSocket?: string
  /** length of the queue of connections not accepted yet; default 1024 */
  readonly listen?: number
  /** processes that speak HTTP for Python workers; JavaScript workers speak it themselves; default 1 */
  readonly httpProcesses?: number
  /** bytes of a request body that they keep in memory; what is more goes to a temporary file; default 65536 */
  readonly postBuffering?: number
  /** number of worker processes; default 1 */
  readonly processes?: number
  /** there is always a master here; default true */
  readonly master?: boolean
  /** user of the workers, name or number */
  readonly uid?: string | number
  /** group of the workers, name or number */
  readonly gid?: string | number
  /** mask of permissions for what the processes create, octal */
  readonly umask?: string
  /** address space of each worker in megabytes; Node does not start with less than about 2000; default 0 */
  readonly limitAs?: number
  /** processes that the workers’ user may have; default 0 */
  readonly limitNproc?: number
  /** descriptors of each process; Node raises the number to the hard limit by itself; default 0 */
  readonly maxFd?: number
  /** bind each worker to so many processors, the next worker to the next ones; default 0 */
  readonly cpuAffinity?: number
  /** what the processes are called in ps */
  readonly procname?: string
  /** what the master is called */
  readonly procnameMaster?: string
  /** before the names */
  readonly procnamePrefix?: string
  /** before the names, with a blank between */
  readonly procnamePrefixSpaced?: string
  /** after the names */
  readonly procnameAppend?: string
  /** seconds that running requests get on reload and stop; default 60 */
  readonly workerReloadMercy?: number
  /** seconds that a request may take; then the client gets 504 and a stuck worker is replaced; default 0 */
  readonly harakiri?: number
  /** further seconds before the master kills a worker that does not end such a request; default 0 */
  readonly harakiriGracefulTimeout?: number
  /** replace a worker after so many requests, its successor first; default 0 */
  readonly maxRequests?: number
  /** added to `max-requests` for each worker before it, so that not all go at once; default 0 */
  readonly maxRequestsDelta?: number
  /** replace a worker after so many seconds, its successor first; default 0 */
  readonly maxWorkerLifetime?: number
  /** added to `max-worker-lifetime` for each worker before it; default 0 */
  readonly maxWorkerLifetimeDelta?: number
  /** seconds before which no worker is replaced; default 10 */
  readonly minWorkerLifetime?: number
  /** replace a worker that holds so many megabytes of memory; default 0 */
  readonly reloadOnRss?: number
  /** replace a worker with so many megabytes of address space; default 0 */
  readonly reloadOnAs?: number
  /** kill a worker that holds so many megabytes of memory; default 0 */
  readonly evilReloadOnRss?: number
  /** kill a worker with so many megabytes of address space; default 0 */
  readonly evilReloadOnAs?: number
  /** fewest workers: their number follows the load between this and `processes`; default 0 */
  readonly cheaper?: number
  /** workers at the start under `cheaper`; else as many as `cheaper` */
  readonly cheaperInitial?: number
  /** workers added at once; default 1 */
  readonly cheaperStep?: number
  /** seconds that all must be busy before workers are added, or of a cycle of `busyness`; default 3 */
  readonly cheaperOverload?: number
  /** percent of their time above which workers are added; default 50 */
  readonly cheaperBusynessMax?: number
  /** percent of their time below which a worker is retired; default 25 */
  readonly cheaperBusynessMin?: number
  /** cycles below it before that happens; default 10 */
  readonly cheaperBusynessMultiplier?: number
  /** cycles added when a worker was retired too soon; default 2 */
  readonly cheaperBusynessPenalty?: number
  /** connections waiting that call for workers at once; default 33 */
  readonly cheaperBusynessBacklogAlert?: number
  /** workers added then; default 1 */
  readonly cheaperBusynessBacklogStep?: number
  /** seconds without a request after which all workers leave until somebody connects; default 0 */
  readonly idle?: number
  /** with a request that took too long, say what its worker was waiting for */
  readonly harakiriVerbose?: boolean
  /** what the number of workers follows: whether all are busy, or for how much of their time they are; default spare */
  readonly cheaperAlgo?: 'spare' | 'busyness'
  /** TERM stops, and lets running requests finish; false has effect under `compat` only; default true */
  readonly dieOnTerm?: boolean
  /** traps of uWSGI 2.0 as they were: TERM kills the workers and starts new ones, unless `die-on-term` is set; default none */
  readonly compat?: 'none' | '2.0'
  /** reload when this file is touched */
  readonly touchReload?: Several
  /** replace the workers one after the other when this file is touched */
  readonly touchChainReload?: Several
  /** replace the workers, with the configuration as it is, when this file is touched */
  readonly touchWorkersReload?: Several
  /** replace the mules when this file is touched */
  readonly touchMulesReload?: Several
  /** rotate the log when this file is touched */
  readonly touchLogrotate?: Several
  /** reopen the log when this file is touched */
  readonly touchLogreopen?: Several
  /** FILE COMMAND: run it when the file is touched */
  readonly touchExec?: Several
  /** FILE ACTION:ARGUMENT: do it when the file is touched */
  readonly hookTouch?: Several
  /** for development: reload as soon as a source in the folder of the application changes */
  readonly reload?: boolean
  /** reload when this file, or something in this folder, changes */
  readonly fsReload?: Several
  /** largest uwsgi packet and largest HTTP request head, in bytes; default 65535 */
  readonly bufferSize?: number
  /** most variables in a uwsgi packet, most fields in an HTTP head; default 512 */
  readonly maxVars?: number
  /** largest request body in bytes, 0 for no limit; default 0 */
  readonly limitPost?: number
  /** seconds that a uwsgi peer may stall; default 4 */
  readonly socketTimeout?: number
  /** seconds that an HTTP client may stall; default 60 */
  readonly httpTimeout?: number
  /** write the log to this file (reopened on USR1) instead of standard output */
  readonly logto?: string
  /** no line per request */
  readonly disableLogging?: boolean
  /** the line per request, of %(uri), %(status), %(msecs), ... */
  readonly logFormat?: string
  /** with `disable-logging`: a line for responses without a body all the same */
  readonly logZero?: boolean
  /** the same for status 400 to 499 */
  readonly 'log-4xx'?: boolean
  /** the same for status 500 to 599 */
  readonly 'log-5xx'?: boolean
  /** the same for requests that took so many milliseconds, or more */
  readonly logSlow?: number
  /** the same for bodies of so many bytes, or more */
  readonly logBig?: number
  /** microseconds in the default line */
  readonly logMicros?: boolean
  /** the client is who X-Forwarded-For says; anybody may say so who reaches the container directly */
  readonly logXForwardedFor?: boolean
  /** `log-format` goes through strftime */
  readonly logFormatStrftime?: boolean
  /** lines begin with the worker’s memory */
  readonly memoryReport?: boolean
  /** [NAME ]file:PATH, stdio, syslog:TAG,FACILITY, rsyslog:HOST:PORT or socket:HOST:PORT instead of standard output; with a name it gets what a route sends there */
  readonly logger?: Several
  /** the same for lines of requests */
  readonly reqLogger?: Several
  /** the same as `logger = syslog:...` */
  readonly logSyslog?: Several
  /** the same as `logger = socket:...` */
  readonly logSocket?: Several
  /** LOGGER PATTERN: lines that fit the regular expression go to this logger alone */
  readonly logRoute?: Several
  /** the same for lines of requests */
  readonly logReqRoute?: Several
  /** how a line is written: json FORMAT, format FORMAT, prefix TEXT, suffix TEXT; FORMAT has ${msg}, ${unix}, ${micros}, ${strftime:...} */
  readonly logEncoder?: Several
  /** the same for lines of requests */
  readonly logReqEncoder?: Several
  /** lines that fit the regular expression are dropped */
  readonly logDrain?: Several
  /** only lines that fit the regular expression are kept */
  readonly logFilter?: Several
  /** bytes after which the file of `logto` is moved away, 0 for never; default 0 */
  readonly logMaxsize?: number
  /** its name then; otherwise its own and the time */
  readonly logBackupname?: string
  /** strftime’s format of the time before the master’s lines */
  readonly logDate?: string
  /** empty the files at the start */
  readonly logTruncate?: boolean
  /** open the files anew after a reload */
  readonly logReopen?: boolean
  /** write the process id of the master here */
  readonly pidfile?: string
  /** the same once the workers serve */
  readonly pidfile2?: string
  /** the same once the workers serve, so that a start that fails leaves the number of another; removed at the end */
  readonly safePidfile?: string
  /** the same as `safe-pidfile` */
  readonly safePidfile2?: string
  /** remove unix sockets and the pid file at the end */
  readonly vacuum?: boolean
  /** /PATH=FOLDER: GET and HEAD of what is in the folder, or of a single file; the rest goes to the application */
  readonly staticMap?: Pairs
  /** /PATH=FOLDER: the same, with the path itself below the folder too */
  readonly staticMap2?: Pairs
  /** look for every path in this folder first */
  readonly checkStatic?: Several
  /** PATTERN SECONDS: the Expires header of files whose path fits the regular expression */
  readonly staticExpires?: Several
  /** the same, counted from the file’s time instead of the request’s */
  readonly staticExpiresMtime?: Several
  /** the same for PATH_INFO */
  readonly staticExpiresPathInfo?: Several
  /** the same for PATH_INFO, counted from the file’s time */
  readonly staticExpiresPathInfoMtime?: Several
  /** the same for REQUEST_URI */
  readonly staticExpiresUri?: Several
  /** the same for REQUEST_URI, counted from the file’s time */
  readonly staticExpiresUriMtime?: Several
  /** TYPE=SECONDS: the same by content type */
  readonly staticExpiresType?: Several
  /** the same by content type, counted from the file’s time */
  readonly staticExpiresTypeMtime?: Several
  /** files whose path fits the regular expression may have `.br` and `.gz` forms beside them */
  readonly staticGzip?: Several
  /** the same for files that end so */
  readonly staticGzipExt?: Several
  /** paths that end so are left to the application */
  readonly staticSkipExt?: Several
  /** the file that stands for a folder */
  readonly staticIndex?: Several
  /** every file may have `.br` and `.gz` forms */
  readonly staticGzipAll?: boolean
  /** files whose path begins so may have `.br` and `.gz` forms */
  readonly staticGzipDir?: Several
  /** links may lead into this folder; otherwise they stay inside their own */
  readonly staticSafe?: Several
  /** a command that runs as long as the master does */
  readonly attachDaemon?: Several
  /** the same by keys: cmd, pidfile, freq, control, daemonize, touch, stopsignal, reloadsignal, stdin, uid, gid, chdir, max_throttle, notifypid */
  readonly attachDaemon2?: Several
  /** a command with whose end the master stops */
  readonly attachControlDaemon?: Several
  /** PIDFILE[,SECONDS] COMMAND: started when nobody has the number in the file; outlives the master */
  readonly smartAttachDaemon?: Several
  /** the same for a command that stays in the foreground: the master writes the file */
  readonly smartAttachDaemon2?: Several
  /** MINUTE HOUR DAY MONTH WEEKDAY COMMAND; -1 is any, -N every Nth */
  readonly cron?: Several
  /** the same, but not while it still runs */
  readonly uniqueCron?: Several
  /** [minute=,hour=,day=,month=,week=,unique=,harakiri=] COMMAND */
  readonly cron2?: Several
  /** seconds a cron job may take, 0 for no bound; default 0 */
  readonly cronHarakiri?: number
  /** ACTION:ARGUMENT before anything else */
  readonly hookAsap?: Several
  /** ACTION:ARGUMENT once the sockets are bound, as the user who started it */
  readonly hookPreJail?: Several
  /** ACTION:ARGUMENT right after `hook-pre-jail`; there is no jail */
  readonly hookPostJail?: Several
  /** ACTION:ARGUMENT right after `hook-post-jail` */
  readonly hookInJail?: Several
  /** ACTION:ARGUMENT right after `hook-in-jail`, for what needs the privileges of the start */
  readonly hookAsRoot?: Several
  /** ACTION:ARGUMENT then, as the workers’ user, and so all that follow */
  readonly hookAsUser?: Several
  /** ACTION:ARGUMENT before the daemons and the workers are started */
  readonly hookMasterStart?: Several
  /** ACTION:ARGUMENT before the application is loaded, at the start and at each reload */
  readonly hookPreApp?: Several
  /** ACTION:ARGUMENT when a worker has been started */
  readonly hookPostFork?: Several
  /** ACTION:ARGUMENT when the first worker serves for the first time */
  readonly hookAccepting1Once?: Several
  /** ACTION:ARGUMENT when the first worker serves */
  readonly hookAccepting1?: Several
  /** ACTION:ARGUMENT when a worker serves for the first time */
  readonly hookAcceptingOnce?: Several
  /** ACTION:ARGUMENT when a worker serves */
  readonly hookAccepting?: Several
  /** ACTION:ARGUMENT when the application has been loaded, at the start and at each reload */
  readonly hookPostApp?: Several
  /** ACTION:ARGUMENT when a mule has been started */
  readonly hookAsMule?: Several
  /** ACTION:ARGUMENT when the workers have gone */
  readonly hookAsUserAtexit?: Several
  /** a command, after the actions of `hook-asap` */
  readonly execAsap?: Several
  /** a command, after the actions of `hook-pre-jail` */
  readonly execPreJail?: Several
  /** a command, after the actions of `hook-post-jail` */
  readonly execPostJail?: Several
  /** a command, after the actions of `hook-in-jail` */
  readonly execInJail?: Several
  /** a command, after the actions of `hook-as-root` */
  readonly execAsRoot?: Several
  /** a command, after the actions of `hook-as-user` */
  readonly execAsUser?: Several
  /** a command, after the actions of `hook-pre-app` */
  readonly execPreApp?: Several
  /** a command, after the actions of `hook-post-app` */
  readonly execPostApp?: Several
  /** a command, after the actions of `hook-as-user-atexit` */
  readonly execAsUserAtexit?: Several
  /** a process that works on messages, or runs this file: Python beside a Python application, else JavaScript or TypeScript */
  readonly mule?: Several
  /** so many mules without a program */
  readonly mules?: number
  /** bytes of the largest message to a mule; default 65536 */
  readonly muleMsgSize?: number
  /** a folder of tasks, and a process that works on them */
  readonly spooler?: Several
  /** spoolers per folder; default 1 */
  readonly spoolerProcesses?: number
  /** seconds between two looks for tasks that are due; new ones are told at once; default 30 */
  readonly spoolerFrequency?: number
  /** seconds a task may take, 0 for no bound; default 0 */
  readonly spoolerHarakiri?: number
  /** tasks after which a spooler is replaced, 0 for never; default 0 */
  readonly spoolerMaxTasks?: number
  /** a named pipe that takes commands of one letter, such as `r` to reload; with several, a digit chooses */
  readonly masterFifo?: Several
  /** tell figures as JSON to whoever connects here; HOST:PORT or a path */
  readonly stats?: string
  /** put a head of HTTP before them */
  readonly statsHttp?: boolean
  /** leave out the blanks */
  readonly statsMinified?: boolean
  /** run in the background and log to this file; the command ends when the workers serve, or with their failure */
  readonly daemonize?: string
  /** leave out the list of cores */
  readonly statsNoCores?: boolean
  /** NAME: VALUE, added to every response */
  readonly addHeader?: Several
  /** a cache for applications, by keys: name, items, blocksize, blocks, bitmap, keysize, purge_lru, ignore_full */
  readonly cache2?: Several
  /** the older form: so many items in the cache `default` */
  readonly cache?: Several
  /** locks for applications beside lock 0; default 0 */
  readonly locks?: number
  /** read an ini file, `file.ini`, `file.ini:section`, or `:section` of the present one */
  readonly ini?: Several
  /** read a YAML file: `uwsgi:` and options below it, or `file.yaml:key` */
  readonly yaml?: Several
  /** read a JSON file: {"uwsgi": {...}}, or `file.json:key` */
  readonly json?: Several
  /** read a file by its ending: .ini, .yaml, .yml, .json, .ts, .mts, .js or .mjs; ini without one */
  readonly config?: Several
  /** set NAME=VALUE, an option or something for %(NAME) */
  readonly set?: Pairs
  /** set NAME=VALUE for %(NAME) */
  readonly setPlaceholder?: Pairs
  /** unknown options are errors */
  readonly strict?: boolean
}
