import { spawnSync } from 'node:child_process'
import { readlinkSync } from 'node:fs'
import { joinMaster } from '@trivet/prefork/worker'

// Tells what a program started by the application inherits.
const link = await joinMaster()
const script = 'for fd in /proc/self/fd/*; do readlink $fd; done; env'
const { stdout } = spawnSync('/bin/sh', ['-c', script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
link.ready({ own: link.listeners.map(({ fd }) => readlinkSync(`/proc/self/fd/${fd}`)), inherited: stdout.split('\n') })
