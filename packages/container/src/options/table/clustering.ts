import type { OptionGroup } from '../option.ts'

/** Instances that find each other, and the processes that stand before them. */
export const clustering: OptionGroup = {
  heading: 'Routers and clusters',
  options: [],
  inert: [
    {
      names: `weight auto-weight multicast multicast-ttl multicast-loop subscription-notify-socket
      subscription-mountpoints subscription-mountpoint legion legion-mcast legion-node legion-freq
      legion-tolerance legion-death-on-lord-error legion-skew-tolerance legion-lord legion-unlord
      legion-setup legion-death legion-join legion-node-joined legion-node-left legion-quorum
      legion-scroll legion-scroll-max-size legion-scroll-list-max-size subscriptions-sign-check
      subscriptions-sign-check-tolerance subscriptions-sign-skip-uid subscriptions-credentials-check
      subscription-algo subscribe-to st subscribe subscribe2 subscribe-freq subscription-tolerance
      subscription-tolerance-inactive zerg zerg-server legion-cron-curl zergpool zerg-pool`,
      kind: 'text',
      absent: 'instances do not find each other: name them in the proxy in front',
    },
    {
      names: `subscription-vassal-required subscriptions-use-credentials subscription-dotsplit
      unsubscribe-on-graceful-reload start-unsubscribed subscription-clear-on-shutdown zerg-fallback`,
      kind: 'flag',
      absent: 'instances do not find each other: name them in the proxy in front',
    },
    {
      names: `fastrouter fastrouter-processes fastrouter-workers fastrouter-zerg fastrouter-use-pattern
      fastrouter-use-base fastrouter-fallback fastrouter-use-code-string fastrouter-to
      fastrouter-gracetime fastrouter-events fastrouter-quiet fastrouter-subscription-server
      fastrouter-subscription-slot fastrouter-timeout fastrouter-post-buffering
      fastrouter-post-buffering-dir fastrouter-stats fastrouter-stats-server fastrouter-ss
      fastrouter-harakiri fastrouter-uid fastrouter-gid fastrouter-resubscribe fastrouter-resubscribe-bind
      fastrouter-buffer-size fastrouter-force-key fastrouter-emperor-socket
      fastrouter-defer-connect-timeout fastrouter-max-retries fastrouter-subscription-fallback-key
      forkptyrouter forkpty-router forkptyurouter forkpty-urouter forkptyrouter-command
      forkpty-router-command forkptyrouter-cmd forkpty-router-cmd forkptyrouter-rows forkptyrouter-cols
      forkptyrouter-processes forkptyrouter-workers forkptyrouter-zerg forkptyrouter-fallback
      forkptyrouter-events forkptyrouter-timeout forkptyrouter-stats forkptyrouter-stats-server
      forkptyrouter-ss forkptyrouter-harakiri rawrouter rawrouter-processes rawrouter-workers
      rawrouter-zerg rawrouter-use-pattern rawrouter-use-base rawrouter-fallback rawrouter-use-code-string
      rawrouter-to rawrouter-gracetime rawrouter-events rawrouter-max-retries rawrouter-quiet
      rawrouter-subscription-server rawrouter-subscription-slot rawrouter-timeout rawrouter-stats
      rawrouter-stats-server rawrouter-ss rawrouter-harakiri rawrouter-buffer-size sslrouter sslrouter2
      sslrouter-session-context sslrouter-processes sslrouter-workers sslrouter-zerg sslrouter-use-pattern
      sslrouter-use-base sslrouter-fallback sslrouter-use-code-string sslrouter-to sslrouter-gracetime
      sslrouter-events sslrouter-max-retries sslrouter-quiet sslrouter-subscription-server
      sslrouter-timeout sslrouter-stats sslrouter-stats-server sslrouter-ss sslrouter-harakiri
      sslrouter-buffer-size tuntap-router tuntap-device tuntap-router-firewall-in
      tuntap-router-firewall-out tuntap-router-route tuntap-router-stats tuntap-device-rule`,
      kind: 'text',
      absent: 'the proxy in front passes requests on',
    },
    {
      names: `fastrouter-use-cache fastrouter-use-socket fastrouter-cheap fastrouter-fallback-on-no-key
      forkptyrouter-cheap rawrouter-use-cache rawrouter-use-socket rawrouter-cheap rawrouter-xclient
      sslrouter-use-cache sslrouter-use-socket sslrouter-cheap sslrouter-sni tuntap-use-credentials`,
      kind: 'flag',
      absent: 'the proxy in front passes requests on',
    },
  ],
}
