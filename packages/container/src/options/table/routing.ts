import type { OptionGroup } from '../option.ts'

/** Rules on requests and responses ahead of the application. A rule that is not obeyed may be one that protects something, so none is passed over. */
export const routing: OptionGroup = {
  heading: 'Routing',
  options: [
    {
      name: 'add-header',
      kind: 'text',
      repeat: true,
      origin: 'uwsgi',
      help: 'NAME: VALUE, added to every response',
    },
  ],
  inert: [
    {
      names: `route route-if route-host route-uri route-qs route-remote-addr route-user-agent route-remote-user
      route-referer route-label route-if-not route-run final-route final-route-status final-route-host
      final-route-uri final-route-qs final-route-remote-addr final-route-user-agent final-route-remote-user
      final-route-referer final-route-label final-route-if final-route-if-not final-route-run error-route
      error-route-status error-route-host error-route-uri error-route-qs error-route-remote-addr
      error-route-user-agent error-route-remote-user error-route-referer error-route-label error-route-if
      error-route-if-not error-route-run response-route response-route-status response-route-host
      response-route-uri response-route-qs response-route-remote-addr response-route-user-agent
      response-route-remote-user response-route-referer response-route-label response-route-if
      response-route-if-not response-route-run rem-header del-header ldap pam pam-user`,
      kind: 'text',
      refused: 'write the rule in the proxy in front',
    },
    {
      names: `response-header error-page-403 error-page-404 error-page-500 collect-header
      response-header-collect pull-header geoip-country geoip-city xslt-docroot xslt-ext xslt-var xslt-stylesheet
      xslt-content-type`,
      kind: 'text',
      absent: 'let the proxy in front do it',
    },
    {
      names: 'router-list routers-list geoip-use-disk ldap-schema ldap-schema-ldif notfound-log',
      kind: 'flag',
      absent: 'let the proxy in front do it',
    },
    {
      names: 'ignore-script-name',
      kind: 'flag',
      needless: 'a proxy in front sets SCRIPT_NAME, and the application sees it',
    },
  ],
}
