/** One site for two servers: the same files and the same configuration, each in a folder and on a port of its own. */
import { utimes } from 'node:fs/promises'
import type { Folder } from '@trivet/testing'

/** The inside of `http { }`; PORT is the server's own port, UPSTREAM that of what `proxy_pass` reaches. */
export const http = `
  default_type application/octet-stream;
  types { text/html html; text/plain txt; text/css css; }
  server_tokens on;
  map $arg_k $mapped { default none; a first; ~^b(?<tail>.+)$ "b:$tail"; *.example.com host; }
  map $http_upgrade $upgraded { default yes; "" no; }
  log_format unused '$request';
  client_body_buffer_size 8k;
  client_max_body_size 2k;
  lingering_timeout 200ms;

  server {
    listen 127.0.0.1:PORT default_server;
    server_name localhost .example.com ~^(?<sub>\\w+)\\.dynamic\\.test$;
    root html;

    location / { index index.html index.txt; }
    location = /exact { return 200 "exact\\n"; }
    location /prefix { return 200 "prefix $uri\\n"; }
    location ^~ /prefix/final { return 200 "final\\n"; }
    location ~ \\.re$ { return 200 "regex $uri\\n"; }
    location ~* \\.RX$ { return 200 "insensitive\\n"; }
    location /outer/ {
      return 200 "outer\\n";
      location /outer/inner { return 200 "inner\\n"; }
      location ~ /outer/.*\\.n$ { return 200 "nested regex\\n"; }
    }
    location "/quoted space/" { return 200 "space $uri\\n"; }
    location /vars {
      return 200 "$uri|$request_uri|$args|$arg_x|$arg_X_y|$is_args|$http_x_one|$cookie_a|$host|$server_name|$request_method|$scheme|$server_protocol|$content_length|$content_type|$document_uri|$query_string|$mapped|$upgraded|$sub|$tail|$nginx_version_free\\n";
      set $nginx_version_free "";
    }
    location /status/ { location ~ /status/(\\d+)$ { return 299 "$1\\n"; } }
    location /r301 { return 301 /target?a=b; }
    location /r302 { return 302 http://other.example/x; }
    location /r303 { return 303 /x; }
    location /r307 { return 307 $scheme://$host/x; }
    location /r308 { return 308 /x; }
    location /r204 { return 204; }
    location /r404 { return 404; }
    location /r404text { return 404 "gone\\n"; }
    location /r500 { return 500; }
    location /r444 { return 444; }
    location /rurl { return http://elsewhere.example/; }

    location /rw/last { rewrite ^/rw/last/(.*)$ /vars/$1?added=1 last; return 500; }
    location /rw/break { rewrite ^/rw/break/(.*)$ /$1 break; }
    location /rw/redirect { rewrite ^/rw/redirect/(.*)$ /new/$1 redirect; }
    location /rw/permanent { rewrite ^/rw/permanent/(.*)$ http://other.example/$1? permanent; }
    location /rw/loop { rewrite ^ /rw/loop last; }
    location /rw/if { set $v 0; if ($arg_a = b) { set $v 1; } if ($v) { return 200 "yes\\n"; } return 200 "no\\n"; }
    location /rw/neg { if ($http_x_flag !~* ^on$) { return 200 "not on\\n"; } return 200 "on\\n"; }
    location /rw/method { if ($request_method = POST) { return 405; } return 200 "ok\\n"; }
    location /rw/file { if (-f $document_root/page.html) { return 200 "file\\n"; } return 200 "none\\n"; }
    location /rw/dir { if (!-d $document_root/folder) { return 200 "no folder\\n"; } return 200 "folder\\n"; }
    location /rw/args { rewrite ^/rw/args$ /vars?x=new? last; }
    location /rw/query { rewrite ^ /vars?x=%41&y=$arg_y last; }

    location /alias/ { alias html/folder/; }
    location ~ ^/aliasre/(.+)$ { alias html/folder/$1; }
    location /try { try_files $uri $uri.html $uri/ /exact; }
    location /trycode { try_files $uri =418; }
    location /tryname { try_files $uri @named; }
    location @named { return 200 "named $uri $args\\n"; }
    location /tryargs { try_files /nothing /vars?from=$uri; }

    location /ep/page { error_page 404 /page.html; return 404; }
    location /ep/code { error_page 404 =200 /page.html; return 404; }
    location /ep/take { error_page 404 = /exact; return 404; }
    location /ep/named { error_page 404 @named; return 404; }
    location /ep/url { error_page 404 http://other.example/lost; return 404; }
    location /ep/url301 { error_page 404 =301 http://other.example/lost; return 404; }
    location /ep/missing { error_page 404 /nothing; return 404; }
    location /ep/recursive { recursive_error_pages on; error_page 404 /ep/second; return 404; }
    location /ep/second { error_page 500 =200 /exact; return 500; }
    location /rd/slashes { return 302 //other.example/; }
    location /ep/cycle { recursive_error_pages on; error_page 404 /ep/cycle/on; return 404; }
    location /ep/413 { error_page 413 /page.html; proxy_pass http://127.0.0.1:UPSTREAM; }

    location /internal { internal; return 200 "inside\\n"; }
    location /deny { deny all; }
    location /some { allow 127.0.0.1; deny all; }
    location /other { allow 10.0.0.0/8; deny all; }
    location /except { limit_except GET { deny all; } return 200 "got $request_method\\n"; }
    location /exceptfile { limit_except GET POST { deny all; } }

    location /headers { add_header X-A a; add_header X-Always b always; add_header X-Empty ""; return 200 "h\\n"; }
    location /headers404 { add_header X-A a; add_header X-Always b always; return 404; }
    location /expires { expires 1h; return 200 "e\\n"; }
    location /expiresoff { expires off; return 200 "e\\n"; }
    location /expiresmax { expires max; return 200 "e\\n"; }
    location /expiresneg { expires -1; return 200 "e\\n"; }
    location /typed { default_type text/css; return 200 "t\\n"; }
    location /charset { charset utf-8; default_type text/plain; return 200 "c\\n"; }
    location /etagoff/ { etag off; alias html/; }
    location /list/ { alias html/folder/; autoindex on; autoindex_localtime off; }
    location /gif { empty_gif; }
    location /nochunks { chunked_transfer_encoding off; proxy_pass http://127.0.0.1:UPSTREAM/chunked; }
    location /relative { absolute_redirect off; return 301 /x; }
    location /noport { port_in_redirect off; return 301 /x; }
    location /ownname { server_name_in_redirect on; return 301 /x; }
    location /maxranges/ { max_ranges 1; alias html/; }
    location /gz { gzip on; gzip_min_length 1; gzip_types text/plain; default_type text/plain; gzip_vary on; return 200 "short text that can be compressed, compressed, compressed\\n"; }
    location /auth { satisfy any; allow 10.0.0.0/8; deny all; return 200 "in\\n"; }

    location /up/ { proxy_pass http://127.0.0.1:UPSTREAM/; proxy_http_version 1.1; proxy_set_header Connection ""; }
    location /upraw { proxy_pass http://127.0.0.1:UPSTREAM; proxy_http_version 1.1; proxy_set_header Connection ""; }
    location /upuri { proxy_pass http://127.0.0.1:UPSTREAM/base/; proxy_http_version 1.1; proxy_set_header Connection ""; }
    location /upset { proxy_pass http://127.0.0.1:UPSTREAM/echo; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host "named.example"; proxy_set_header X-Real $remote_addr; proxy_set_header Accept ""; }
    location /upmethod { proxy_pass http://127.0.0.1:UPSTREAM/echo; proxy_method PUT; proxy_set_body "changed"; proxy_http_version 1.1; proxy_set_header Connection ""; }
    location /upredirect { proxy_pass http://127.0.0.1:UPSTREAM/redirect; proxy_http_version 1.1; proxy_set_header Connection ""; }
    location /uphide { proxy_pass http://127.0.0.1:UPSTREAM/fields; proxy_hide_header X-Two; proxy_pass_header Server; proxy_http_version 1.1; proxy_set_header Connection ""; }
    location /upintercept { proxy_pass http://127.0.0.1:UPSTREAM/status500; proxy_intercept_errors on; error_page 500 =200 /exact; proxy_http_version 1.1; proxy_set_header Connection ""; }
    location /upaccel { proxy_pass http://127.0.0.1:UPSTREAM/accel; proxy_http_version 1.1; proxy_set_header Connection ""; }
    location /updead { proxy_pass http://127.0.0.1:1; proxy_set_header Connection ""; error_page 502 /page.html; }
  }

  server {
    listen 127.0.0.1:PORT;
    server_name second.test *.wild.test;
    location / { return 200 "second $host $server_name\\n"; }
  }
`

/** A moment for all files, so that both servers make the same validators. */
const modified = new Date('2024-02-29T12:34:56Z')

const files: Readonly<Record<string, string>> = {
  'html/index.html': '<p>index</p>\n',
  'html/page.html': '<p>a page</p>\n',
  'html/plain.txt': '0123456789abcdefghijklmnopqrstuvwxyz',
  'html/empty.txt': '',
  'html/noext': 'no extension\n',
  'html/sp ace.txt': 'a space\n',
  'html/try.html': 'tried\n',
  'html/tryfolder/index.html': 'folder of try\n',
  'html/folder/index.html': 'in the folder\n',
  'html/folder/a.txt': 'a\n',
  'html/folder/b&c.txt': 'bc\n',
  'html/folder/sub/x.txt': 'x\n',
  'html/text/index.txt': 'second index\n',
  'html/.hidden': 'hidden\n',
}

/** Writes the site's files. */
export async function writeFiles(folder: Folder): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await folder.write(name, content)
    await utimes(folder.join(name), modified, modified)
  }
  for (const name of ['html/folder/sub', 'html/folder']) await utimes(folder.join(name), modified, modified)
}
