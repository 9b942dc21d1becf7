import { execPhases, hookPhases, type HookPhase } from '../../hooks/phases.ts'
import type { Option, OptionGroup } from '../option.ts'

const moments: Readonly<Record<HookPhase, string>> = {
  asap: 'before anything else',
  'pre-jail': 'once the sockets are bound, as the user who started it',
  'post-jail': 'right after `hook-pre-jail`; there is no jail',
  'in-jail': 'right after `hook-post-jail`',
  'as-root': 'right after `hook-in-jail`, for what needs the privileges of the start',
  'as-user': 'then, as the workers’ user, and so all that follow',
  'master-start': 'before the daemons and the workers are started',
  'pre-app': 'before the application is loaded, at the start and at each reload',
  'post-fork': 'when a worker has been started',
  'accepting1-once': 'when the first worker serves for the first time',
  accepting1: 'when the first worker serves',
  'accepting-once': 'when a worker serves for the first time',
  accepting: 'when a worker serves',
  'post-app': 'when the application has been loaded, at the start and at each reload',
  'as-mule': 'when a mule has been started',
  'as-user-atexit': 'when the workers have gone',
}

const hooks: readonly Option[] = hookPhases.map((phase) => ({
  name: `hook-${phase}`,
  kind: 'text',
  repeat: true,
  origin: 'uwsgi',
  help: `ACTION:ARGUMENT ${moments[phase]}`,
}))

const execs: readonly Option[] = execPhases.map((phase) => ({
  name: `exec-${phase}`,
  kind: 'text',
  repeat: true,
  origin: 'uwsgi',
  help: `a command, after the actions of \`hook-${phase}\``,
}))

/** What else runs under the master: daemons, cron, mules, the spooler, hooks. */
export const programs: OptionGroup = {
  heading: 'Programs beside the workers',
  options: [
    {
      name: 'attach-daemon',
      kind: 'text',
      repeat: true,
      origin: 'uwsgi',
      help: 'a command that runs as long as the master does',
    },
    {
      name: 'attach-daemon2',
      kind: 'text',
      repeat: true,
      origin: 'uwsgi',
      help: 'the same by keys: cmd, pidfile, freq, control, daemonize, touch, stopsignal, reloadsignal, stdin, uid, gid, chdir, max_throttle, notifypid',
    },
    {
      name: 'attach-control-daemon',
      kind: 'text',
      repeat: true,
      origin: 'uwsgi',
      help: 'a command with whose end the master stops',
    },
    {
      name: 'smart-attach-daemon',
      kind: 'text',
      repeat: true,
      origin: 'uwsgi',
      help: 'PIDFILE[,SECONDS] COMMAND: started when nobody has the number in the file; outlives the master',
    },
    {
      name: 'smart-attach-daemon2',
      kind: 'text',
      repeat: true,
      origin: 'uwsgi',
      help: 'the same for a command that stays in the foreground: the master writes the file',
    },
    {
      name: 'cron',
      kind: 'text',
      repeat: true,
      origin: 'uwsgi',
      help: 'MINUTE HOUR DAY MONTH WEEKDAY COMMAND; -1 is any, -N every Nth',
    },
    {
      name: 'unique-cron',
      kind: 'text',
      repeat: true,
      origin: 'uwsgi',
      help: 'the same, but not while it still runs',
    },
    {
      name: 'cron2',
      kind: 'text',
      repeat: true,
      origin: 'uwsgi',
      help: '[minute=,hour=,day=,month=,week=,unique=,harakiri=] COMMAND',
    },
    {
      name: 'cron-harakiri',
      kind: 'number',
      range: [0, 604800],
      default: '0',
      origin: 'uwsgi',
      help: 'seconds a cron job may take, 0 for no bound',
    },
    ...hooks,
    ...execs,
  ],
  inert: [
    {
      names: `signal signal-bufsize signals-bufsize rpc-max symcall symcall-register-rpc symcall-post-fork`,
      kind: 'text',
      absent: 'there are no signals between workers',
    },
    {
      names: `signal-timer timer signal-rbtimer rbtimer legion-cron cron-legion unique-legion-cron
      unique-cron-legion curl-cron cron-curl legion-curl-cron curl-cron-legion cron-curl-legion`,
      kind: 'text',
      absent: 'nothing is run at a time',
    },
    {
      names: `            hook-emperor-start hook-emperor-stop hook-emperor-reload hook-emperor-lost hook-as-vassal
      hook-as-emperor hook-as-on-demand-vassal hook-as-on-config-vassal hook-as-emperor-before-vassal
      hook-as-vassal-before-drop hook-as-emperor-setns hook-as-gateway after-request-hook
      after-request-call       exec-as-vassal exec-as-emperor call-asap call-pre-jail call-post-jail
      call-in-jail call-as-root call-as-user call-as-user-atexit call-pre-app call-post-app call-as-vassal
      call-as-vassal1 call-as-vassal3 call-as-emperor call-as-emperor1 call-as-emperor2 call-as-emperor4`,
      kind: 'text',
      absent: 'there is no emperor, and there are no C symbols to call',
    },
    {
      names: `mount-asap mount-pre-jail mount-post-jail mount-in-jail mount-as-root mount-as-vassal
      mount-as-emperor umount-asap umount-pre-jail umount-post-jail umount-in-jail umount-as-root
      umount-as-vassal umount-as-emperor`,
      kind: 'text',
      absent: 'mount file systems before the container starts',
    },
    {
      names: `wait-for-interface wait-for-interface-timeout wait-interface wait-interface-timeout wait-for-iface
      wait-for-iface-timeout wait-iface wait-iface-timeout wait-for-fs wait-for-file wait-for-dir
      wait-for-mountpoint wait-for-fs-timeout wait-for-socket wait-for-socket-timeout`,
      kind: 'text',
      absent: 'let the service manager order the start',
    },
    {
      names: `legion-attach-daemon legion-smart-attach-daemon
      legion-smart-attach-daemon2`,
      kind: 'text',
      absent: 'there are no legions',
    },
    { names: 'symcall-use-next', kind: 'flag', absent: 'there are no signals between workers' },
  ],
}
