import type { OptionGroup } from '../option.ts'

/** What else runs under the master: daemons, cron, mules, the spooler, hooks. */
export const programs: OptionGroup = {
  heading: 'Programs beside the workers',
  options: [],
  inert: [
    { names: 'attach-daemon attach-daemon2 smart-attach-daemon', kind: 'text', absent: 'no daemon is started' },
    { names: 'cron cron2 unique-cron', kind: 'text', absent: 'nothing is run at a time' },
    { names: 'mule mules farm', kind: 'text', absent: 'there are no mules' },
    {
      names: 'spooler Q spooler-processes spooler-frequency spooler-harakiri spooler-ordered spooler-quiet',
      kind: 'text',
      absent: 'there is no spooler',
    },
    {
      names: 'hook-master-start hook-post-fork hook-pre-app exec-asap exec-pre-app exec-post-app',
      kind: 'text',
      absent: 'no hooks are run',
    },
    {
      names: `mule-harakiri mule-reload-mercy mule-msg-size mule-msg-recv-size`,
      kind: 'text',
      absent: 'there are no mules',
    },
    {
      names: `spooler-external spooler-chdir spooler-max-tasks spooler-freq spooler-import spooler-pyimport
      spooler-py-import spooler-python-import`,
      kind: 'text',
      absent: 'there is no spooler',
    },
    { names: 'spooler-signal-as-task spooler-cheap', kind: 'flag', absent: 'there is no spooler' },
    {
      names: `signal signal-bufsize signals-bufsize rpc-max symcall symcall-register-rpc symcall-post-fork`,
      kind: 'text',
      absent: 'there are no signals between workers',
    },
    {
      names: `signal-timer timer signal-rbtimer rbtimer cron-harakiri legion-cron cron-legion unique-legion-cron
      unique-cron-legion curl-cron cron-curl legion-curl-cron curl-cron-legion cron-curl-legion`,
      kind: 'text',
      absent: 'nothing is run at a time',
    },
    {
      names: `hook-asap hook-pre-jail hook-post-jail hook-in-jail hook-as-root hook-as-user hook-as-user-atexit
      hook-post-app hook-accepting hook-accepting1 hook-accepting-once hook-accepting1-once hook-touch
      hook-emperor-start hook-emperor-stop hook-emperor-reload hook-emperor-lost hook-as-vassal
      hook-as-emperor hook-as-on-demand-vassal hook-as-on-config-vassal hook-as-emperor-before-vassal
      hook-as-vassal-before-drop hook-as-emperor-setns hook-as-mule hook-as-gateway after-request-hook
      after-request-call exec-pre-jail exec-post-jail exec-in-jail exec-as-root exec-as-user
      exec-as-user-atexit exec-as-vassal exec-as-emperor call-asap call-pre-jail call-post-jail
      call-in-jail call-as-root call-as-user call-as-user-atexit call-pre-app call-post-app call-as-vassal
      call-as-vassal1 call-as-vassal3 call-as-emperor call-as-emperor1 call-as-emperor2 call-as-emperor4`,
      kind: 'text',
      absent: 'no hooks are run',
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
      names: `attach-control-daemon smart-attach-daemon2 legion-attach-daemon legion-smart-attach-daemon
      legion-smart-attach-daemon2`,
      kind: 'text',
      absent: 'no daemon is started',
    },
    { names: 'symcall-use-next', kind: 'flag', absent: 'there are no signals between workers' },
  ],
}
