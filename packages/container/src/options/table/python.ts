import type { OptionGroup } from '../option.ts'

/** What uWSGI's Python plugin is told; the container's own workers need none of it. */
export const python: OptionGroup = {
  heading: 'Python',
  options: [],
  inert: [
    { names: 'enable-threads', kind: 'flag', needless: 'JavaScript has no global interpreter lock to enable' },
    {
      names: 'threads',
      kind: 'number',
      needless: 'a worker serves many requests at once on one thread; raise `processes` to use more cores',
    },
    { names: 'single-interpreter', kind: 'flag', needless: 'a worker has one JavaScript engine' },
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
  ],
}
