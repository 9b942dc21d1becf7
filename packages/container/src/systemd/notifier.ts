/**
 * sd_notify(3): tells the service manager how the container is. The messages are datagrams to a unix socket, which Node
 * cannot send, so a program of the system does: systemd's own `systemd-notify`, or perl, which Debian always has. It is
 * a process of its own: unless the master is root, the unit needs `NotifyAccess=all`.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'

/** Milliseconds that one message may take. */
const patience = 10_000

const perl = `use Socket; my ($path, $text) = @ARGV; $path =~ s/^@/\\0/;
socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die "socket: $!\\n";
send($s, $text, 0, pack_sockaddr_un($path)) or die "send: $!\\n";`

export class Notifier {
  readonly #socket: string
  readonly #tell: (message: string) => void
  #queue: Promise<void> = Promise.resolve()
  #pulse: NodeJS.Timeout | undefined
  #failed = false

  private constructor(socket: string, tell: (message: string) => void) {
    this.#socket = socket
    this.#tell = tell
  }

  /** The one of this process, whose variables it takes out of `environment`; undefined without a service manager. `tell` gets failures, the first only. */
  static of(environment: NodeJS.ProcessEnv, tell: (message: string) => void): Notifier | undefined {
    const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: watchdog, WATCHDOG_PID: pid } = environment
    for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete environment[name]
    if (socket === undefined || !/^[/@]./.test(socket)) return undefined
    const notifier = new Notifier(socket, tell)
    const interval = Number(watchdog) / 1000
    if (interval > 0 && (pid === undefined || pid === String(process.pid))) notifier.#watch(interval)
    return notifier
  }

  /** It serves. */
  ready(status: string): void {
    this.#send(['READY=1', `STATUS=${status}`])
  }

  /** It takes another configuration or other code; `ready` follows, however that goes. */
  reloading(): void {
    const now = process.hrtime.bigint() / 1000n
    this.#send(['RELOADING=1', `MONOTONIC_USEC=${now}`, 'STATUS=reloading'])
  }

  /** It finishes what it has; resolves when that has been told. */
  async stopping(): Promise<void> {
    clearInterval(this.#pulse)
    this.#send(['STOPPING=1', 'STATUS=finishing requests'])
    await this.#queue
  }

  /** Half the time is what systemd recommends: one message may be late. */
  #watch(interval: number): void {
    this.#pulse = setInterval(() => this.#send(['WATCHDOG=1']), interval / 2)
    this.#pulse.unref()
  }

  #send(assignments: readonly string[]): void {
    this.#queue = this.#queue.then(() => this.#run(assignments))
  }

  #run(assignments: readonly string[]): Promise<void> {
    const notify = ['/usr/bin/systemd-notify', '/bin/systemd-notify'].find((path) => existsSync(path))
    const [command, args] =
      notify === undefined
        ? ['perl', ['-e', perl, this.#socket, assignments.join('\n')]]
        : [notify, [`--pid=${process.pid}`, ...assignments]]
    return new Promise((resolve) => {
      const child = spawn(command, args, {
        env: { ...process.env, NOTIFY_SOCKET: this.#socket },
        stdio: ['ignore', 'ignore', 'pipe'],
        timeout: patience,
        killSignal: 'SIGKILL',
      })
      let said = ''
      child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
      child.once('error', (error) => this.#complain(error.message, resolve))
      child.once('close', (code) => {
        if (code === 0) resolve()
        else this.#complain(said.trim() || `${command} ended with code ${code}`, resolve)
      })
    })
  }

  #complain(why: string, resolve: () => void): void {
    if (!this.#failed) this.#tell(`the service manager cannot be told: ${why}`)
    this.#failed = true
    resolve()
  }
}
