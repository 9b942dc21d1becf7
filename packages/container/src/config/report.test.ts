/** One file with every kind of mistake: everything is told at once, in the order of the file, each with its place. */
import { temporaryFolder } from '@trivet/testing'
import { expect, test } from 'vitest'
import { formatDiagnostic } from './diagnostic.ts'
import { hasErrors, readCommandLine } from './read.ts'

const text = `processes = 2
[uwsgi]
processes = four
listen = 99999999
chmod-socket = 999
chown-socket = nobody-there
uid = nobody-there
gid = no-such-group
http-socket = 8080
http-socket = :8081
http = :8081
protocol = gopher
env = NAME
interface = cgi
module =
vacuum = perhaps
static-map = nothing
log-route = main x
cron = 1 2 3
harakari = 30
projectname = shop
route = ^/admin deny:
emperor = vassals
thunder-lock = true
ini = gone.ini
ini = :nowhere
xml = a.xml
set-placeholder = x
set-ph = processes=3
logto = @(gone.txt)
pidfile = @(exec://exit 3)
= lost
else
endif
if-env = HOME
for = a b
x = 1
endfor
for-times = 99999
y = 1
[half
`

test('an ini with every kind of mistake', async () => {
  await using folder = await temporaryFolder()
  await folder.write('site.ini', text)
  const { diagnostics } = readCommandLine(['site.ini', '--procesess', '3', '--socket'], {
    cwd: folder.path,
    environment: { UWSGI_THREDS: '2' },
  })
  expect(hasErrors(diagnostics)).toBe(true)
  const report = diagnostics.map((diagnostic) => formatDiagnostic(diagnostic).replaceAll(folder.path, 'DIR'))
  expect(`${report.join('\n')}\n`).toMatchInlineSnapshot(`
    "site.ini:1:1: error: a setting before any section: the file needs a \`[uwsgi]\` line above it
     1 | processes = 2
       | ^^^^^^^^^^^^^
    site.ini:3:13: error: \`processes\`: expected a whole number, got \`four\`
     3 | processes = four
       |             ^^^^
    site.ini:4:10: error: \`listen\`: expected 1 to 65535, got 99999999
     4 | listen = 99999999
       |          ^^^^^^^^
    site.ini:5:16: error: \`chmod-socket\`: expected an octal mode such as 660, got \`999\`
     5 | chmod-socket = 999
       |                ^^^
    site.ini:6:16: error: \`chown-socket\`: there is no user \`nobody-there\` in /etc/passwd
     6 | chown-socket = nobody-there
       |                ^^^^^^^^^^^^
    site.ini:7:7: error: \`uid\`: there is no user \`nobody-there\` in /etc/passwd
     7 | uid = nobody-there
       |       ^^^^^^^^^^^^
    site.ini:8:7: error: \`gid\`: there is no group \`no-such-group\` in /etc/group
     8 | gid = no-such-group
       |       ^^^^^^^^^^^^^
    site.ini:9:15: error: \`http-socket\`: expected HOST:PORT or the path of a socket, got \`8080\`; for a port write \`:8080\`
     9 | http-socket = 8080
       |               ^^^^
    site.ini:11:8: error: \`http\`: :8081 is taken by \`http-socket\` already
     11 | http = :8081
        |        ^^^^^
    site.ini:12:12: error: \`protocol\`: expected uwsgi, http or http11, got \`gopher\`
     12 | protocol = gopher
        |            ^^^^^^
    site.ini:13:7: error: \`env\`: expected NAME=VALUE, got \`NAME\`
     13 | env = NAME
        |       ^^^^
    site.ini:14:13: error: \`interface\`: expected auto, tsgi, fetch, node, wsgi, asgi, got \`cgi\`
     14 | interface = cgi
        |             ^^^
    site.ini:15:1: error: \`module\`: needs a value
     15 | module =
        | ^^^^^^
    site.ini:16:10: warning: \`vacuum\`: expected true or false, got \`perhaps\`, which counts as true
     16 | vacuum = perhaps
        |          ^^^^^^^
    site.ini:17:14: error: \`static-map\`: expected NAME=VALUE, got \`nothing\`
     17 | static-map = nothing
        |              ^^^^^^^
    site.ini:18:13: error: \`log-route\`: there is no logger called \`main\`
     18 | log-route = main x
        |             ^^^^^^
    site.ini:19:8: error: \`cron\`: expected MINUTE HOUR DAY MONTH WEEKDAY COMMAND, got \`1 2 3\`
     19 | cron = 1 2 3
        |        ^^^^^
    site.ini:20:1: warning: unknown option \`harakari\`, did you mean \`harakiri\`?
     20 | harakari = 30
        | ^^^^^^^^
    site.ini:21:1: warning: unknown option \`projectname\`, did you mean \`procname\`?
     21 | projectname = shop
        | ^^^^^^^^^^^
    site.ini:22:1: error: \`route\` is not available here: write the rule in the proxy in front
     22 | route = ^/admin deny:
        | ^^^^^
    site.ini:23:1: warning: \`emperor\` is not available here: start one container per configuration
     23 | emperor = vassals
        | ^^^^^^^
    site.ini:24:1: note: \`thunder-lock\` does nothing here: workers accept without blocking, so nothing has to be locked
     24 | thunder-lock = true
        | ^^^^^^^^^^^^
    site.ini:25:7: error: cannot read gone.ini: ENOENT: no such file or directory, open 'DIR/gone.ini'
     25 | ini = gone.ini
        |       ^^^^^^^^
    site.ini:26:7: error: no section \`[nowhere]\` in site.ini; it has [uwsgi]
     26 | ini = :nowhere
        |       ^^^^^^^^
    site.ini:27:1: error: \`xml\` is not available here: write the same options as ini, YAML or JSON
     27 | xml = a.xml
        | ^^^
    site.ini:28:19: error: \`set-placeholder\` takes NAME=VALUE, got \`x\`
     28 | set-placeholder = x
        |                   ^
    site.ini:29:10: error: \`set-ph\`: \`processes\` is an option already; \`set\` sets it
     29 | set-ph = processes=3
        |          ^^^^^^^^^^^
    site.ini:30:9: error: \`@(gone.txt)\`: ENOENT: no such file or directory, open 'DIR/gone.txt'
     30 | logto = @(gone.txt)
        |         ^^^^^^^^^^^
    site.ini:31:11: error: \`@(exec://exit 3)\`: \`exit 3\` ended with code 3
     31 | pidfile = @(exec://exit 3)
        |           ^^^^^^^^^^^^^^^^
    site.ini:32:1: error: a value without a name
     32 | = lost
        | ^^^^^^
    site.ini:33:1: error: \`else\` without an \`if\` above it
     33 | else
        | ^^^^
    site.ini:34:1: warning: \`endif\` without a block to close
     34 | endif
        | ^^^^^
    site.ini:36:1: error: \`for\` inside the block of \`if-env\` (line 35): blocks do not nest
     36 | for = a b
        | ^^^
    site.ini:39:1: error: the block of \`for-times\` is never closed
     39 | for-times = 99999
        | ^^^^^^^^^
    site.ini:39:13: error: \`for-times\`: more than 10000 times
     39 | for-times = 99999
        |             ^^^^^
    site.ini:41:1: error: section without its closing \`]\`
     41 | [half
        | ^^^^^
    command line: error: unknown option \`--procesess\`, did you mean \`--processes\`?
      | site.ini --procesess 3 --socket
      |          ^^^^^^^^^^^
    command line: error: \`--socket\` needs a value
      | site.ini --procesess 3 --socket
      |                        ^^^^^^^^
    environment: warning: unknown option \`threds\`, did you mean \`threads\`?
      | UWSGI_THREDS=2
      | ^^^^^^^^^^^^
    "
  `)
})
