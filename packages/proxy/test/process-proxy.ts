/** A proxy command in a folder of its own: its files, its start, its log. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Child, eventually, fileExists, freePort, temporaryFolder } from '@trivet/testing'
import type { Folder } from '@trivet/testing'

const program = new URL('../bin/trivet-proxy.js', import.meta.url).pathname

/** A folder with an nginx.conf for one server on `port`. */
export class Site implements AsyncDisposable {
  readonly folder: Folder
  readonly port: number
  child: Child | undefined

  static async create(main = '', server = 'location / { return 200 "pid $pid\\n"; }'): Promise<Site> {
    const site = new Site(await temporaryFolder(), await freePort())
    site.configure(main, server)
    return site
  }

  private constructor(folder: Folder, port: number) {
    this.folder = folder
    this.port = port
  }

  configure(main: string, server: string, listen = `127.0.0.1:${this.port}`): void {
    const text = `${main}\ndaemon off;\npid nginx.pid;\nerror_log error.log debug;\nevents {}\nhttp {\n  access_log access.log;\n  server {\n    listen ${listen};\n    ${server}\n  }\n}\n`
    writeFileSync(this.path('nginx.conf'), text)
  }

  path(name: string): string {
    return join(this.folder.path, name)
  }

  get log(): string {
    return readFileSync(this.path('error.log'), 'utf8')
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`
  }

  async text(): Promise<string> {
    const response = await fetch(this.url, { headers: { connection: 'close' } })
    return await response.text()
  }

  async start(...args: string[]): Promise<Child> {
    this.child = await Child.start(process.execPath, [program, '-p', this.folder.path, '-c', 'nginx.conf', ...args])
    await Promise.race([
      fileExists(this.path('nginx.pid')),
      this.child.exited.then(() => Promise.reject(new Error(`ended early: ${this.child?.output}`))),
    ])
    return this.child
  }

  /** Waits until the log has the text. */
  async logged(pattern: RegExp): Promise<RegExpExecArray> {
    return await eventually(() => pattern.exec(this.log))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child?.exit === undefined) this.child?.process.kill('SIGTERM')
    await this.child?.exited
    await this.folder[Symbol.asyncDispose]()
  }
}

/** Runs the command to its end in a site's folder. */
export async function run(site: Site, ...args: string[]): Promise<{ code: number | null; output: string }> {
  const child = await Child.start(process.execPath, [program, '-p', site.folder.path, '-c', 'nginx.conf', ...args])
  const { code } = await child.exited
  return { code, output: child.output }
}
