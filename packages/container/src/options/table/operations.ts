import type { OptionGroup } from '../option.ts'

/** How an operator sees the container and steers it. */
export const operations: OptionGroup = {
  heading: 'Operation',
  options: [
    {
      name: 'master-fifo',
      kind: 'path',
      repeat: true,
      origin: 'uwsgi',
      help: 'a named pipe that takes commands of one letter, such as `r` to reload; with several, a digit chooses',
    },
    {
      name: 'stats',
      aliases: ['stats-server'],
      kind: 'address',
      origin: 'uwsgi',
      help: 'tell figures as JSON to whoever connects here; HOST:PORT or a path',
    },
    { name: 'stats-http', kind: 'flag', origin: 'uwsgi', help: 'put a head of HTTP before them' },
    {
      name: 'stats-minified',
      aliases: ['stats-min'],
      kind: 'flag',
      origin: 'uwsgi',
      help: 'leave out the blanks',
    },
    {
      name: 'daemonize',
      aliases: ['daemonize2', 'd'],
      kind: 'path',
      origin: 'uwsgi',
      help: 'run in the background and log to this file; the command ends when the workers serve, or with their failure',
    },
    { name: 'stats-no-cores', kind: 'flag', origin: 'uwsgi', help: 'leave out the list of cores' },
  ],
  inert: [
    { names: 'emperor', kind: 'text', absent: 'start one container per configuration' },
    { names: 'flock flock-wait flock2 flock-wait2', kind: 'text', absent: 'keep locks in the service manager' },
    {
      names: `chroot pivot-root pivot_root unshare unshare2 setns-socket setns-socket-skip setns-skip setns
      fork-socket fork-server jail jail-ip4 jail-ip6 jidfile jid-file jail2 libjail jail-attach namespace
      namespace-keep-mount ns namespace-net ns-net`,
      kind: 'text',
      refused: 'let a container or the service manager isolate it',
    },
    {
      names: `setns-preopen jailed`,
      kind: 'flag',
      refused: 'let a container or the service manager isolate it',
    },
    {
      names: `enable-metrics metrics-dir-restore metric-dir-restore metrics-no-cores
      stats-no-metrics snmp carbon-no-workers carbon-name-resolve carbon-resolve-names
      carbon-use-metrics nagios statsd-no-workers statsd-all-gauges zabbix-template`,
      kind: 'flag',
      absent: 'USR1 prints the figures to the log',
    },
    {
      names: `metric metric-threshold metrics-dir metric-dir stats-push stats-pusher-default-freq
      stats-pushers-default-freq notify-socket snmp-community carbon carbon-timeout carbon-freq carbon-id
      carbon-max-retry carbon-retry-delay carbon-root carbon-hostname-dots carbon-idle-avg rrdtool
      rrdtool-freq rrdtool-lib`,
      kind: 'text',
      absent: 'USR1 prints the figures to the log',
    },
  ],
}
