import type { OptionGroup } from '../option.ts'

/** Where and in which protocol the container serves. */
export const sockets: OptionGroup = {
  heading: 'Sockets',
  options: [
    {
      name: 'socket',
      aliases: ['uwsgi-socket', 's'],
      kind: 'address',
      repeat: true,
      origin: 'uwsgi',
      help: 'serve the uwsgi protocol on HOST:PORT, :PORT or a path',
    },
    {
      name: 'http-socket',
      aliases: ['http11-socket'],
      kind: 'address',
      repeat: true,
      origin: 'uwsgi',
      help: 'serve HTTP on HOST:PORT, :PORT or a path',
    },
    {
      name: 'http',
      mapped: true,
      aliases: ['httprouter'],
      kind: 'address',
      repeat: true,
      origin: 'uwsgi',
      help: 'the same: the workers speak HTTP themselves, no router process stands before them',
    },
    {
      name: 'protocol',
      aliases: ['socket-protocol'],
      kind: 'choice',
      choices: ['uwsgi', 'http', 'http11'],
      default: 'uwsgi',
      origin: 'uwsgi',
      help: 'what `socket` speaks',
    },
    {
      name: 'chmod-socket',
      aliases: ['chmod', 'C'],
      kind: 'mode',
      bare: '666',
      origin: 'uwsgi',
      help: 'mode of unix sockets, octal',
    },
    {
      name: 'chown-socket',
      kind: 'text',
      origin: 'uwsgi',
      help: 'owner of unix sockets, USER[:GROUP]; without it `uid` and `gid`',
    },
    {
      name: 'listen',
      aliases: ['l'],
      kind: 'number',
      range: [1, 65535],
      default: '1024',
      origin: 'uwsgi',
      help: 'length of the queue of connections not accepted yet',
    },
  ],
  inert: [
    { names: 'thunder-lock', kind: 'flag', needless: 'workers accept without blocking, so nothing has to be locked' },
    {
      names: 'http-keepalive http-auto-chunked',
      kind: 'flag',
      needless: 'every HTTP front has keep-alive and chunked bodies',
    },
    {
      names: 'fastcgi-socket scgi-socket',
      kind: 'text',
      absent: 'the fronts are `socket`, `http-socket` and `http`',
    },
    {
      names: `https https-socket suwsgi-socket ssl-socket https-socket-modifier1 https-socket-modifier2 ssl-sessions-timeout
      ssl-session-timeout sni sni-dir sni-dir-ciphers ssl-option sni-regexp ssl-tmp-dir https2
      https-session-context http-to-https`,
      kind: 'text',
      refused: 'TLS ends in the proxy in front; behind it a container speaks plain uwsgi and HTTP',
    },
    {
      names: `http-socket-modifier1 http-socket-modifier2 fastcgi-modifier1 fastcgi-modifier2 scgi-modifier1
      scgi-modifier2 raw-modifier1 raw-modifier2 subscribe-with-modifier1 allowed-modifiers remap-modifier
      dumbloop-modifier1 http-modifier1 http-modifier2`,
      kind: 'text',
      needless: 'the application sees the whole request, whichever protocol brought it: a modifier chooses nothing',
    },
    {
      names: `http-path-info-no-decode-slashes http-to http-zerg http-fallback http-use-pattern http-use-base
      http-events http-subscription-server http-subscription-fallback-key http-use-code-string
      http-gracetime http-quiet http-stats http-stats-server http-ss http-harakiri http-stud-prefix
      http-uid http-gid http-resubscribe http-buffer-size http-server-name-as-http-host
      http-headers-timeout http-connect-timeout http-post-buffering http-post-buffering-dir`,
      kind: 'text',
      needless: 'the workers speak HTTP themselves: no router process has to be tuned',
    },
    {
      names: `fastcgi-nph-socket scgi-nph-socket raw-socket puwsgi-socket udp zeromq zmq zeromq-socket
      zmq-socket mongrel2 ping ping-timeout pty-socket pty-connect pty-uconnect pty-exec`,
      kind: 'text',
      absent: 'the fronts are `socket`, `http-socket` and `http`',
    },
    {
      names: `shared-socket undeferred-shared-socket map-socket`,
      kind: 'text',
      absent: 'every worker serves every socket',
    },
    {
      names: `thunder-lock-watchdog freebind no-fd-passing no-defer-accept tcp-nodelay so-keepalive reuse-port
      tcp-fast-open-client tcp-fastopen-client`,
      kind: 'flag',
      needless: 'the kernel and Node set the socket up for short answers and many connections',
    },
    { names: 'abstract-socket a', kind: 'flag', refused: 'write the address as `@name`' },
    {
      names: `so-send-timeout socket-send-timeout so-write-timeout socket-write-timeout`,
      kind: 'flag',
      absent: '`http-timeout` and `socket-timeout` bound sending too',
    },
    {
      names: `socket-sndbuf socket-rcvbuf tcp-fast-open tcp-fastopen`,
      kind: 'text',
      needless: 'the kernel and Node set the socket up for short answers and many connections',
    },
    {
      names: `ssl-verbose ssl-verify-depth ssl-sessions-use-cache ssl-session-use-cache ssl-enable3
      ssl-enable-sslv3 ssl-enable-tlsv1 https-export-cert`,
      kind: 'flag',
      refused: 'TLS ends in the proxy in front; behind it a container speaks plain uwsgi and HTTP',
    },
    {
      names: `enable-proxy-protocol http-manage-source http-enable-proxy-protocol`,
      kind: 'flag',
      absent: 'clients are known by the address their proxy connects from, and by the headers it adds',
    },
    {
      names: `chunked-input-limit chunked-input-timeout`,
      kind: 'text',
      needless: 'chunked bodies are decoded as they come, within `limit-post` and `http-timeout`',
    },
    { names: 'http-var', kind: 'text', absent: 'let the proxy in front do it' },
    {
      names: `http-use-cache http-manage-expect http-raw-body http-websockets http-chunked-input http-use-socket
      http-cheap http-backend-http http-manage-rtsp`,
      kind: 'flag',
      needless: 'the workers speak HTTP themselves: no router process has to be tuned',
    },
    { names: 'http-auto-gzip', kind: 'flag', absent: 'let the proxy in front do it' },
    {
      names: `pty-log pty-input pty-no-isig`,
      kind: 'flag',
      absent: 'the fronts are `socket`, `http-socket` and `http`',
    },
    {
      names: `wsgi-manage-chunked-input`,
      kind: 'flag',
      needless: 'chunked bodies are decoded as they come, within `limit-post` and `http-timeout`',
    },
  ],
}
