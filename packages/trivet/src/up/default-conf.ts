/** The nginx.conf that `trivet up app.ts` runs when none is given: one server that passes all to the application. */
export function defaultConf(host: string, port: number, socket: string): string {
  return `events {}
http {
    access_log off;
    server {
        listen ${host.includes(':') ? `[${host}]` : host}:${port};
        client_max_body_size 32m;
        location / {
            include uwsgi_params;
            uwsgi_pass unix:${socket};
        }
    }
}
`
}
