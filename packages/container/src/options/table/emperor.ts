import type { OptionGroup } from '../option.ts'

/** uWSGI's emperor and its vassals: many instances from one folder of configurations. */
export const emperor: OptionGroup = {
  heading: 'The emperor',
  options: [],
  inert: [
    {
      names: `emperor-proxy-socket emperor-wrapper emperor-wrapper-override emperor-wrapper-fallback
      emperor-procname emperor-freq emperor-required-heartbeat emperor-curse-tolerance emperor-pidfile
      emperor-stats emperor-stats-server emperor-trigger-socket emperor-command-socket
      emperor-wait-for-command-ignore emperor-broodlord emperor-throttle emperor-max-throttle
      emperor-on-demand-extension emperor-on-demand-ext emperor-on-demand-directory emperor-on-demand-dir
      emperor-on-demand-exec emperor-extra-extension emperor-extra-ext emperor-use-clone
      emperor-use-fork-server vassal-fork-base emperor-cap vassals-cap vassal-cap
      emperor-collect-attribute emperor-collect-attr emperor-fork-server-attr emperor-wrapper-attr
      emperor-chdir-attr vassals-inherit vassals-include vassals-inherit-before vassals-include-before
      vassals-start-hook vassals-stop-hook vassal-sos vassal-sos-backlog vassals-set vassal-set heartbeat
      zeus`,
      kind: 'text',
      absent: 'start one container per configuration, each under the service manager',
    },
    {
      names: `emperor-nofollow emperor-tyrant emperor-tyrant-nofollow emperor-tyrant-initgroups early-emperor
      emperor-wait-for-command emperor-magic-exec emperor-no-blacklist emperor-subreaper
      emperor-graceful-shutdown imperial-monitor-list imperial-monitors-list`,
      kind: 'flag',
      absent: 'start one container per configuration, each under the service manager',
    },
  ],
}
