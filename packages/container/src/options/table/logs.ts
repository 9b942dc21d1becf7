import type { OptionGroup } from '../option.ts'

/** What is logged, where, and how. */
export const logs: OptionGroup = {
  heading: 'Logs',
  options: [
    {
      name: 'logto',
      kind: 'path',
      origin: 'uwsgi',
      help: 'write the log to this file (reopened on USR1) instead of standard output',
    },
    {
      name: 'disable-logging',
      aliases: ['L'],
      kind: 'flag',
      origin: 'uwsgi',
      help: 'no line per request',
    },
    {
      name: 'log-format',
      aliases: ['logformat'],
      kind: 'text',
      origin: 'uwsgi',
      help: 'the line per request, of %(uri), %(status), %(msecs), ...',
    },
  ],
  inert: [
    { names: 'log-master', kind: 'flag', needless: 'the output of workers always goes through the master' },
    { names: 'memory-report m', kind: 'flag', absent: 'lines carry no memory figures' },
    {
      names: 'logger req-logger logger-req log-route log-encoder log-req-encoder',
      kind: 'text',
      absent: 'use `logto` or standard output',
    },
    {
      names: 'log-4xx log-5xx log-slow log-zero log-big',
      kind: 'text',
      absent: 'all requests are logged, or none with `disable-logging`',
    },
    {
      names: 'log-date logdate logformat-strftime log-truncate log-alarm alarm',
      kind: 'text',
      absent: 'use `log-format`',
    },
    { names: 'log-maxsize log-backupname', kind: 'text', absent: 'rotate the file of `logto` and send USR1' },
    { names: 'log-reopen', kind: 'flag', absent: 'send USR1' },
    { names: 'logto2', kind: 'path', absent: 'use `logto`' },
    { names: 'alarm-listen-queue alarm-segfault', kind: 'text', absent: 'there are no alarms' },
    {
      names: `metric-alarm alarm-metric alarm-cheap alarm-freq alarm-fd segfault-alarm alarm-backlog backlog-alarm
      lq-alarm alarm-lq listen-queue-alarm alarm-log not-log-alarm not-alarm-log alarm-msg-size`,
      kind: 'text',
      absent: 'there are no alarms',
    },
    { names: 'log-format-strftime log-micros', kind: 'flag', absent: 'use `log-format`' },
    {
      names: `logfile-chown log-syslog logger-list loggers-list threaded-logger log-master-stream
      log-master-req-stream log-prefix rsyslog-split-messages`,
      kind: 'flag',
      absent: 'use `logto` or standard output',
    },
    {
      names: `logfile-chmod log-socket worker-logger worker-logger-req worker-log-encoder worker-log-req-encoder
      log-drain log-filter log-req-route log-master-bufsize log-zeromq rsyslog-packet-size`,
      kind: 'text',
      absent: 'use `logto` or standard output',
    },
    { names: 'alarm-list alarms-list', kind: 'flag', absent: 'there are no alarms' },
    { names: 'log-sendfile log-ioerror', kind: 'text', absent: 'use `log-format`' },
  ],
}
