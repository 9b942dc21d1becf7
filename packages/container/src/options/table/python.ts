import type { OptionGroup } from '../option.ts'

/** What uWSGI's Python plugin is told; the container's own workers need none of it. */
export const python: OptionGroup = {
  heading: 'Python',
  options: [],
  inert: [
    { names: 'enable-threads T', kind: 'flag', needless: 'JavaScript has no global interpreter lock to enable' },
    {
      names: 'threads',
      kind: 'number',
      needless: 'a worker serves many requests at once on one thread; raise `processes` to use more cores',
    },
    { names: 'single-interpreter i', kind: 'flag', needless: 'a worker has one JavaScript engine' },
    { names: 'lazy-apps lazy', kind: 'flag', needless: 'every worker loads the application for itself' },
    {
      names: 'virtualenv venv home H pyhome',
      kind: 'path',
      needless: 'packages are found in node_modules, upwards from the application',
    },
    {
      names: 'pythonpath python-path pp',
      kind: 'path',
      needless: 'packages are found in node_modules, upwards from the application',
    },
    { names: 'wsgi-disable-file-wrapper', kind: 'flag', needless: 'that is a setting of the Python plugin' },
    { names: 'gevent async', kind: 'number', needless: 'every worker is asynchronous by nature' },
    { names: 'gevent-early-monkey-patch', kind: 'flag', needless: 'every worker is asynchronous by nature' },
    { names: 'py-autoreload python-autoreload', kind: 'number', absent: 'use `touch-reload`' },
    { names: 'paste import shared-import', kind: 'text', absent: 'one application is served, at the root' },
    { names: `dynamic-apps vhost-host paste-logger`, kind: 'flag', needless: 'the application is named by `module`' },
    {
      names: `disable-async-warn-on-queue-full gevent-monkey-patch gevent-wait-for-hub`,
      kind: 'flag',
      needless: 'every worker is asynchronous by nature',
    },
    { names: 'asyncio coroae tornado', kind: 'text', needless: 'every worker is asynchronous by nature' },
    {
      names: `pypy-lib pypy-setup pypy-home pypy-wsgi pypy-wsgi-file pypy-ini-paste pypy-paste pypy-eval
      pypy-eval-post-fork pypy-exec pypy-exec-post-fork pypy-pp pypy-python-path pypy-pythonpath pyimport
      py-import python-import shared-pyimport shared-py-import shared-python-import optimize O python py
      pyrun py-tracebacker py-auto-reload python-auto-reload py-auto-reload-ignore wsgi-env-behaviour
      wsgi-env-behavior early-pyimport early-python-import early-pythonpath early-python-path`,
      kind: 'text',
      needless: 'that is a setting of the Python plugin',
    },
    {
      names: `eval test J py-programname py-program-name pymodule-alias post-pymodule-alias pyargv pecan paste-name
      web3 pump wsgi-lite ini-paste ini-paste-logged python-raw python-worker-override py-executable
      py-sys-executable`,
      kind: 'text',
      needless: 'the application is named by `module`',
    },
    {
      names: `reload-os-env no-site pyshell pyshell-oneshot start_response-nodelay wsgi-strict wsgi-accept-buffer
      wsgi-accept-buffers python-version py-call-osafterfork py-call-uwsgi-fork-hooks early-python
      py-master-check-signals`,
      kind: 'flag',
      needless: 'that is a setting of the Python plugin',
    },
  ],
}
