import type { OptionGroup } from '../option.ts'

/** How many processes there are and as whom they run. */
export const workers: OptionGroup = {
  heading: 'Workers',
  options: [
    {
      name: 'processes',
      aliases: ['workers', 'p'],
      kind: 'number',
      range: [1, 1024],
      default: '1',
      origin: 'uwsgi',
      help: 'number of worker processes',
    },
    {
      name: 'master',
      mapped: true,
      aliases: ['M'],
      kind: 'flag',
      default: 'true',
      origin: 'uwsgi',
      help: 'there is always a master here',
    },
    { name: 'uid', kind: 'text', origin: 'uwsgi', help: 'user of the workers, name or number' },
    { name: 'gid', kind: 'text', origin: 'uwsgi', help: 'group of the workers, name or number' },
    { name: 'umask', kind: 'text', origin: 'uwsgi', help: 'mask of permissions for what the processes create, octal' },
    {
      name: 'limit-as',
      kind: 'number',
      default: '0',
      origin: 'uwsgi',
      help: 'address space of each worker in megabytes; Node does not start with less than about 2000',
    },
    {
      name: 'limit-nproc',
      kind: 'number',
      default: '0',
      origin: 'uwsgi',
      help: 'processes that the workers’ user may have',
    },
    {
      name: 'max-fd',
      kind: 'number',
      default: '0',
      origin: 'uwsgi',
      help: 'descriptors of each process; Node raises the number to the hard limit by itself',
    },
    {
      name: 'cpu-affinity',
      kind: 'number',
      default: '0',
      origin: 'uwsgi',
      help: 'bind each worker to so many processors, the next worker to the next ones',
    },
    { name: 'procname', kind: 'text', origin: 'uwsgi', help: 'what the processes are called in ps' },
    { name: 'procname-master', kind: 'text', origin: 'uwsgi', help: 'what the master is called' },
    { name: 'procname-prefix', kind: 'text', origin: 'uwsgi', help: 'before the names' },
    { name: 'procname-prefix-spaced', kind: 'text', origin: 'uwsgi', help: 'before the names, with a blank between' },
    { name: 'procname-append', kind: 'text', origin: 'uwsgi', help: 'after the names' },
  ],
  inert: [
    { names: 'auto-procname', kind: 'flag', needless: 'the processes name themselves' },
    {
      names: 'close-on-exec close-on-exec2',
      kind: 'flag',
      needless: 'descriptors are never handed to programs the application starts',
    },
    { names: 'no-orphans', kind: 'flag', needless: 'workers always leave with their master' },
    { names: 'reaper r', kind: 'flag', needless: 'nothing here needs it' },
    { names: 'honour-stdin', kind: 'flag', needless: 'workers read nothing from standard input' },
    { names: 'offload-threads offload-thread', kind: 'number', needless: 'writing never blocks a worker' },
    {
      names: `backtrace-depth max-apps profiler lock-engine ftok safe-fd fd-safe immediate-uid immediate-gid
      check-interval forkbomb-delay binary-path binsh clock mode loop dumbloop-code dumbloop-function ugreen-stacksize`,
      kind: 'text',
      needless: 'nothing here needs it',
    },
    {
      names: `skip-zero skip-atexit skip-atexit-teardown no-threads-wait force-gateway persistent-ipcsem refork
      re-fork refork-as-root re-fork-as-root refork-post-jail re-fork-post-jail no-server pcre-jit
      propagate-touch use-abort master-as-root drop-after-init drop-after-apps clock-list clocks-list
      loop-list loops-list daemons-honour-stdin fiber greenlet stackless ugreen`,
      kind: 'flag',
      needless: 'nothing here needs it',
    },
    { names: 'cgi-mode c command-mode', kind: 'flag', absent: 'a worker always runs the application' },
    { names: 'add-gid cap', kind: 'text', absent: '`uid` and `gid` say who the workers are' },
    { names: 'no-initgroups', kind: 'flag', absent: '`uid` and `gid` say who the workers are' },
    {
      names: `prio cgroup cgroup-opt cgroup-dir-mode`,
      kind: 'text',
      absent: 'let the service manager limit the processes',
    },
    { names: 'ksm never-swap', kind: 'flag', absent: 'let the service manager limit the processes' },
    { names: `worker-mount worker-exec worker-exec2`, kind: 'text', absent: 'a worker always runs the application' },
  ],
}
