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
  ],
  inert: [
    { names: 'auto-procname', kind: 'flag', needless: 'workers name themselves' },
    {
      names: 'procname-prefix procname-prefix-spaced procname',
      kind: 'text',
      absent: 'workers are called after their slot',
    },
    {
      names: 'close-on-exec close-on-exec2',
      kind: 'flag',
      needless: 'descriptors are never handed to programs the application starts',
    },
    { names: 'no-orphans', kind: 'flag', needless: 'workers always leave with their master' },
    { names: 'max-fd', kind: 'number', needless: 'Node raises the number of descriptors to its hard limit by itself' },
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
    { names: 'umask add-gid cap', kind: 'text', absent: '`uid` and `gid` say who the workers are' },
    { names: 'procname-append procname-master', kind: 'text', absent: 'workers are called after their slot' },
    { names: 'no-initgroups', kind: 'flag', absent: '`uid` and `gid` say who the workers are' },
    {
      names: `limit-as limit-nproc prio cpu-affinity cgroup cgroup-opt cgroup-dir-mode`,
      kind: 'text',
      absent: 'let the service manager limit the processes',
    },
    { names: 'ksm never-swap', kind: 'flag', absent: 'let the service manager limit the processes' },
    { names: `worker-mount worker-exec worker-exec2`, kind: 'text', absent: 'a worker always runs the application' },
  ],
}
