import type { OptionGroup } from '../option.ts'

/** What the plugins of other languages and stores are told. */
export const languages: OptionGroup = {
  heading: 'Other languages',
  options: [],
  inert: [
    {
      names: `cgi cgi-map-helper cgi-helper cgi-buffer-size cgi-timeout cgi-index cgi-allowed-ext cgi-unset
      cgi-loadlib cgi-safe`,
      kind: 'text',
      absent: 'CGI programs are not run',
    },
    {
      names: `cgi-from-docroot cgi-optimize cgi-optimized cgi-path-info cgi-do-not-kill-on-error
      cgi-async-max-attempts cgi-close-stdin-on-eof cgi-dontresolve`,
      kind: 'flag',
      absent: 'CGI programs are not run',
    },
    {
      names: `go-load gccgo-load go-args gccgo-args goroutines jvm-main-class jvm-opt jvm-class jvm-classpath
      jwsgi lua lua-load lua-postload lua-postfork-worker lua-postfork-mule lua-postfork-spooler
      lua-gc-freq mono-app mono-gc-freq mono-key mono-version mono-config mono-assembly mono-exec
      mono-index ring-load clojure-load ring-app v8-load v8-preemptive v8-gc-freq v8-module-path v8-jsgi`,
      kind: 'text',
      absent: 'the container runs JavaScript and TypeScript',
    },
    {
      names: `glusterfs-mount glusterfs-timeout gridfs-mount rados-mount rados-timeout webdav-mount webdav-css
      webdav-javascript webdav-js webdav-class-directory webdav-div webdav-lock-cache
      webdav-principal-base webdav-add-option webdav-add-prop webdav-add-collection-prop
      webdav-add-object-prop webdav-add-prop-href webdav-add-collection-prop-href
      webdav-add-object-prop-href webdav-add-prop-comp webdav-add-collection-prop-comp
      webdav-add-object-prop-comp webdav-add-rtype-prop webdav-add-rtype-collection-prop
      webdav-add-rtype-object-prop webdav-skip-prop`,
      kind: 'text',
      absent: 'file stores and WebDAV are the business of the application',
    },
    { names: `gridfs-debug`, kind: 'flag', absent: 'file stores and WebDAV are the business of the application' },
    {
      names: `lua-shell luashell lua-shell-oneshot luashell-oneshot lua-gc-full`,
      kind: 'flag',
      absent: 'the container runs JavaScript and TypeScript',
    },
    {
      names: `php-ini php-config php-ini-append php-config-append php-set php-index php-docroot
      php-allowed-docroot php-allowed-ext php-allowed-script php-server-software php-app php-app-qs
      php-fallback php-fallback2 php-fallback-qs php-app-bypass php-var php-constant php-exec-before
      php-exec-begin php-exec-after php-exec-end php-sapi-name early-php-sapi-name php-mount`,
      kind: 'text',
      absent: 'PHP is served by PHP-FPM, which the proxy in front passes to',
    },
    {
      names: `php-dump-config early-php`,
      kind: 'flag',
      absent: 'PHP is served by PHP-FPM, which the proxy in front passes to',
    },
    {
      names: `psgi perl-local-lib perl-args perl-arg perl-exec perl-exec-post-fork perl-auto-reload
      perl-auto-reload-ignore early-perl early-psgi early-perl-exec`,
      kind: 'text',
      absent: 'Perl applications are not run',
    },
    {
      names: `psgi-enable-psgix-io perl-no-die-catch perl-version plshell plshell-oneshot perl-no-plack`,
      kind: 'flag',
      absent: 'Perl applications are not run',
    },
    {
      names: `rails rack ruby-gc-freq rb-gc-freq rb-lib ruby-lib rb-require ruby-require rbrequire rubyrequire
      require shared-rb-require shared-ruby-require shared-rbrequire shared-rubyrequire shared-require
      gemset rvm rvm-path`,
      kind: 'text',
      absent: 'Ruby applications are not run',
    },
    {
      names: `rbshell rbshell-oneshot rbthreads rb-threads rbthread rb-thread`,
      kind: 'flag',
      absent: 'Ruby applications are not run',
    },
  ],
}
