/**
 * Which test shows each option of the table at work; a test of its own holds this list to the table and to the files. Files
 * are named from the package.
 */
export const shownBy: Readonly<Record<string, string>> = {
  'src/config/model/life.test.ts': `
    harakiri harakiri-graceful-timeout max-requests max-requests-delta max-worker-lifetime
    max-worker-lifetime-delta min-worker-lifetime reload-on-rss reload-on-as evil-reload-on-rss
    evil-reload-on-as cheaper cheaper-initial idle harakiri-verbose cheaper-algo die-on-term compat`,
  'src/options/show-config.test.ts': `
    show-config`,
  'src/config/resolve.test.ts': `
    need-app interface master uid max-vars strict pidfile`,
  'src/cron/cron.test.ts': `
    cron2`,
  'test/asgi.test.ts': `
    asgi websockets-max-size`,
  'test/bad-start.test.ts': `
    check version help`,
  'test/config-module.test.ts': `
    config`,
  'test/faults.test.ts': `
    buffer-size limit-post socket-timeout http-timeout vacuum`,
  'test/fronts.test.ts': `
    socket http chmod-socket`,
  'test/ini-uwsgi.test.ts': `
    ini yaml json set set-placeholder`,
  'test/uwsgi-api.test.ts': `
    mule spooler spooler-frequency cache2 locks`,
  'test/logs.test.ts': `
    log-4xx log-5xx log-slow log-big log-micros log-x-forwarded-for memory-report logger req-logger log-route
    log-encoder log-req-encoder log-date`,
  'test/lifecycle.test.ts': `
    module chdir http-socket processes touch-reload logto disable-logging`,
  'test/programs.test.ts': `
    attach-daemon attach-daemon2 attach-control-daemon smart-attach-daemon2 cron hook-pre-app
    hook-as-user-atexit exec-asap exec-pre-app`,
  'test/python.test.ts': `
    runtime wsgi-file pythonpath py-autoreload`,
  'test/python-fronts.test.ts': `
    middleware post-buffering`,
  'test/reload.test.ts': `
    reload`,
  'test/service.test.ts': `
    umask limit-nproc max-fd cpu-affinity procname-prefix-spaced procname-append pidfile2 safe-pidfile daemonize
    touch-mules-reload`,
  'test/serving.test.ts': `
    mount manage-script-name static-map static-map2 check-static static-expires static-expires-type
    static-expires-type-mtime static-gzip-ext static-skip-ext static-index static-safe add-header`,
  'test/start-container.test.ts': `
    env`,
  'test/stats.test.ts': `
    stats stats-http stats-minified stats-no-cores`,
  'test/steering.test.ts': `
    touch-workers-reload touch-logreopen touch-exec hook-touch fs-reload master-fifo`,
  // These are read into the model; what is done with them is shown by the options beside them.
  'src/config/model.test.ts': `
    plugins asgi-concurrency websockets-ping-freq websockets-pong-tolerance virtualenv threads threads-stacksize
    protocol chown-socket listen http-processes gid worker-reload-mercy cheaper-step cheaper-overload
    cheaper-busyness-max cheaper-busyness-min cheaper-busyness-multiplier cheaper-busyness-penalty
    cheaper-busyness-backlog-alert cheaper-busyness-backlog-step touch-chain-reload touch-logrotate log-format
    static-expires-mtime static-expires-path-info static-expires-path-info-mtime static-expires-uri
    static-expires-uri-mtime static-gzip static-gzip-all static-gzip-dir smart-attach-daemon unique-cron
    cron-harakiri hook-asap hook-pre-jail hook-post-jail hook-in-jail hook-as-root hook-as-user
    hook-master-start hook-post-fork hook-accepting1-once hook-accepting1 hook-accepting-once hook-accepting
    hook-post-app hook-as-mule exec-pre-jail exec-post-jail exec-in-jail exec-as-root exec-as-user exec-post-app
    exec-as-user-atexit
    log-zero log-format-strftime log-syslog log-socket log-req-route log-drain log-filter log-maxsize log-backupname
    limit-as procname procname-master procname-prefix safe-pidfile2
    log-truncate log-reopen
    callable python mules mule-msg-size spooler-processes spooler-harakiri spooler-max-tasks cache lazy-apps`,
}
