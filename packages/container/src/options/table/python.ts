import type { OptionGroup } from '../option.ts'

const concurrency = 'ASGI and JavaScript workers are asynchronous by nature; a WSGI worker has `threads`'
const notEmbedded = 'Python is not embedded: the workers are ordinary processes of python3'

/** Python applications: where they are found, and how their workers run. */
export const python: OptionGroup = {
  heading: 'Python',
  options: [
    {
      name: 'wsgi-file',
      aliases: ['file'],
      kind: 'path',
      origin: 'uwsgi',
      help: 'the Python file of the application, then `:callable` unless it is `application` or `app`',
    },
    {
      name: 'asgi',
      kind: 'module',
      origin: 'trivet',
      help: 'an ASGI application, MODULE:NAME or FILE:NAME; `module` and `wsgi-file` take one as well',
    },
    {
      name: 'asgi-concurrency',
      kind: 'number',
      range: [1, 1_000_000],
      default: '1000',
      origin: 'trivet',
      help: 'requests that an ASGI worker works on at once; more wait, and then nobody new is accepted',
    },
    {
      name: 'websockets-max-size',
      aliases: ['websocket-max-size'],
      kind: 'number',
      range: [1, 1_048_576],
      default: '1024',
      origin: 'uwsgi',
      help: 'kilobytes of the largest WebSocket message that a Python worker takes',
    },
    {
      name: 'websockets-ping-freq',
      aliases: ['websocket-ping-freq'],
      kind: 'number',
      range: [0, 86400],
      default: '30',
      origin: 'uwsgi',
      help: 'seconds of silence after which a Python worker pings the peer of a WebSocket, 0 for never',
    },
    {
      name: 'websockets-pong-tolerance',
      aliases: ['websocket-pong-tolerance'],
      kind: 'number',
      range: [1, 86400],
      default: '10',
      origin: 'uwsgi',
      help: 'seconds that the peer has to answer; the 3 that uWSGI gives are few for a phone',
    },
    {
      name: 'virtualenv',
      aliases: ['venv', 'home', 'H', 'pyhome'],
      kind: 'path',
      origin: 'uwsgi',
      help: 'virtual environment to run in; its own python is used where it has one',
    },
    {
      name: 'pythonpath',
      aliases: ['python-path', 'pp'],
      kind: 'path',
      repeat: true,
      origin: 'uwsgi',
      help: 'folder to look for modules in, before `chdir`',
    },
    {
      name: 'python',
      kind: 'text',
      origin: 'trivet',
      help: 'the program that runs Python workers, when it is not the `python3` of PATH or of the virtual environment',
    },
    {
      name: 'py-autoreload',
      aliases: ['python-autoreload', 'py-auto-reload', 'python-auto-reload'],
      kind: 'number',
      range: [0, 86400],
      default: '0',
      origin: 'uwsgi',
      help: 'look every so many seconds whether a loaded module has changed, and reload then',
    },
    {
      name: 'lazy-apps',
      aliases: ['lazy'],
      kind: 'flag',
      origin: 'uwsgi',
      help: 'every worker loads the application for itself, instead of one process for all of them',
    },
    {
      name: 'threads',
      kind: 'number',
      range: [1, 1024],
      default: '1',
      origin: 'uwsgi',
      help: 'requests that a Python worker works on at once',
    },
    {
      name: 'threads-stacksize',
      aliases: ['thread-stacksize', 'thread-stack-size', 'threads-stack-size'],
      kind: 'number',
      range: [0, 1048576],
      default: '0',
      origin: 'uwsgi',
      help: 'kilobytes of stack for each of them, 0 for the default of the system',
    },
  ],
  inert: [
    { names: 'enable-threads T', kind: 'flag', needless: 'an application may always start threads' },
    { names: 'single-interpreter i', kind: 'flag', needless: 'a worker has one interpreter' },
    {
      names: 'wsgi-disable-file-wrapper',
      kind: 'flag',
      needless: 'an application that does not use `wsgi.file_wrapper` is served alike',
    },
    { names: 'gevent async', kind: 'number', absent: concurrency },
    {
      names: `gevent-early-monkey-patch gevent-monkey-patch gevent-wait-for-hub disable-async-warn-on-queue-full`,
      kind: 'flag',
      absent: concurrency,
    },
    { names: 'asyncio coroae tornado', kind: 'text', absent: concurrency },
    {
      names: 'paste',
      kind: 'text',
      absent: 'name a module with `application = paste.deploy.loadapp("config:FILE")` by `module`',
    },
    {
      names: `import shared-import pyimport py-import python-import shared-pyimport shared-py-import
      shared-python-import early-pyimport early-python-import`,
      kind: 'text',
      absent: 'the module of the application is loaded; let it import the others',
    },
    {
      names: 'early-pythonpath early-python-path',
      kind: 'text',
      absent: '`pythonpath` is there before anything is loaded',
    },
    { names: `dynamic-apps vhost-host paste-logger`, kind: 'flag', needless: 'the application is named by `module`' },
    { names: 'optimize O', kind: 'text', absent: 'start it with PYTHONOPTIMIZE in the environment' },
    { names: 'py-tracebacker', kind: 'text', absent: '`harakiri` logs the stack of every thread' },
    { names: 'py-auto-reload-ignore', kind: 'text', absent: 'every loaded module is watched' },
    {
      names: 'wsgi-env-behaviour wsgi-env-behavior',
      kind: 'text',
      needless: 'every request has an environ of its own',
    },
    {
      names: `pypy-lib pypy-setup pypy-home pypy-wsgi pypy-wsgi-file pypy-ini-paste pypy-paste pypy-eval
      pypy-eval-post-fork pypy-exec pypy-exec-post-fork pypy-pp pypy-python-path pypy-pythonpath py pyrun`,
      kind: 'text',
      needless: notEmbedded,
    },
    {
      names: `eval test J py-programname py-program-name pymodule-alias post-pymodule-alias pyargv pecan paste-name
      web3 pump wsgi-lite ini-paste ini-paste-logged python-raw python-worker-override py-executable
      py-sys-executable`,
      kind: 'text',
      needless: 'the application is named by `module`',
    },
    {
      names: `reload-os-env no-site pyshell pyshell-oneshot start_response-nodelay python-version py-call-osafterfork
      py-call-uwsgi-fork-hooks early-python py-master-check-signals`,
      kind: 'flag',
      needless: notEmbedded,
    },
    { names: 'wsgi-strict', kind: 'flag', needless: 'PEP 3333 is always held to' },
    { names: 'wsgi-accept-buffer wsgi-accept-buffers', kind: 'flag', absent: 'a body is bytes, as in PEP 3333' },
  ],
}
