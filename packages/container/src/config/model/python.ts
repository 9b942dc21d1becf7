/** What options/table/python.ts means, and whether the application is Python at all. */
import { resolve } from 'node:path'
import { findModule } from '../../loader/find-module.ts'
import { ContainerError } from '../diagnostic.ts'
import { splitModule, type PythonInterface } from './application.ts'
import { findPythonModule, pythonFolders } from '../../runtimes/find-python-module.ts'
import type { Reading } from '../reading.ts'
import type { Setting } from '../setting.ts'

/** Which Python application to load. */
export interface PythonReference {
  /** `file`: an absolute path; `module`: a dotted name. */
  readonly kind: 'file' | 'module'
  readonly module: string
  /** A name, possibly dotted, possibly with `()` for a factory; undefined tries the usual ones. */
  readonly callable: string | undefined
}

/** How Python applications run. */
export interface PythonSettings {
  /** Whether the application is Python. */
  readonly chosen: boolean
  /** Undefined also when there are mounts alone. */
  readonly reference: PythonReference | undefined
  readonly mounts: readonly { readonly prefix: string; readonly application: PythonReference }[]
  /** How often changed modules are looked for, in seconds; 0 for never. */
  readonly autoreload: number
  /** The program; undefined is the virtual environment's, or else `python3` on PATH. */
  readonly interpreter: string | undefined
  /** Absolute, like every path here. */
  readonly virtualenv: string | undefined
  readonly path: readonly string[]
  /** Every worker loads the application for itself, instead of being forked off one that has. */
  readonly lazy: boolean
  /** The application is loaded to see whether that works: nothing of it is called, no startup and no hook. */
  readonly onlyLoads: boolean
  /** Requests that one worker works on at once. */
  readonly threads: number
  /** Bytes; 0 is the system's default. */
  readonly threadStack: number
  /** Undefined tells by the application's shape. */
  readonly interface: PythonInterface | undefined
  readonly asgi: AsgiSettings
}

/** How ASGI applications run, and WebSockets of both interfaces. */
export interface AsgiSettings {
  /** Requests that one worker works on at once. */
  readonly concurrency: number
  /** Bytes of a message. */
  readonly websocketMaxSize: number
  /** Seconds of silence before a ping, 0 for none; and seconds to answer it. */
  readonly websocketPing: number
  readonly websocketPong: number
}

/** Reads the options, and decides the language. */
export function resolvePython(reading: Reading): PythonSettings {
  const { values } = reading
  const virtualenv = values.last('virtualenv')
  const surroundings = {
    interpreter: values.text('python'),
    virtualenv: virtualenv === undefined ? undefined : resolve(reading.directory, virtualenv.value),
    path: reading.paths('pythonpath'),
    autoreload: values.number('py-autoreload'),
    lazy: values.flag('lazy-apps'),
    onlyLoads: false,
    threads: values.number('threads'),
    threadStack: values.number('threads-stacksize') * 1024,
    interface: askedInterface(reading),
    asgi: {
      concurrency: values.number('asgi-concurrency'),
      websocketMaxSize: values.number('websockets-max-size') * 1024,
      websocketPing: values.number('websockets-ping-freq'),
      websocketPong: values.number('websockets-pong-tolerance'),
    },
  }
  const { chosen, reference } = readReference(reading, surroundings)
  return { ...surroundings, chosen, reference, mounts: chosen ? readMounts(reading) : [] }
}

function askedInterface({ values }: Reading): PythonInterface | undefined {
  if (values.last('asgi') !== undefined) return 'asgi'
  // What is wrong with the word is told where JavaScript's are read.
  const word = values.last('interface')?.value
  return word === 'wsgi' || word === 'asgi' ? word : undefined
}

type Surroundings = Pick<PythonSettings, 'virtualenv' | 'path'>

interface Choice {
  readonly chosen: boolean
  readonly reference: PythonReference | undefined
}

const notPython: Choice = { chosen: false, reference: undefined }

function readReference(reading: Reading, surroundings: Surroundings): Choice {
  const { values, directory } = reading
  const asked = askedFor(reading)
  if (asked === 'javascript') return notPython
  const file = values.last('wsgi-file')
  const module = values.last('module') ?? (file === undefined ? values.last('asgi') : undefined)
  const callable = values.text('callable')
  if (file !== undefined && file.value !== '' && (module === undefined || module.value === '')) {
    const { name, text } = splitFile(file.value)
    if (asked === undefined && javascriptFile.test(text)) return notPython
    return { chosen: true, reference: { kind: 'file', module: resolve(directory, text), callable: callable ?? name } }
  }
  // With mounts alone the first of them tells the language.
  const [mount] = module === undefined ? values.all('mount') : []
  const setting = mount === undefined ? module : { ...mount, value: mount.value.replace(/^[^=]*=/, '') }
  if (setting === undefined || setting.value === '') return notPython
  const reference = toReference(setting.value, directory, callable)
  const chosen =
    asked === 'python' || reference.kind === 'file' || isPythonModule(reading, setting, reference.module, surroundings)
  return { chosen, reference: chosen && mount === undefined ? reference : undefined }
}

function toReference(value: string, directory: string, callable: string | undefined): PythonReference {
  const { text, name } = splitFile(value)
  return text.endsWith('.py')
    ? { kind: 'file', module: resolve(directory, text), callable: name ?? callable }
    : { kind: 'module', module: text, callable: name ?? callable }
}

function readMounts({ values, directory }: Reading): PythonSettings['mounts'] {
  // What is wrong with one is told where JavaScript's are read.
  return values.all('mount').flatMap(({ value }) => {
    const [, prefix, text] = /^(\/[^=]*)=(.+)$/.exec(value) ?? []
    if (prefix === undefined || text === undefined) return []
    return [{ prefix: prefix.replace(/\/+$/, ''), application: toReference(text, directory, undefined) }]
  })
}

const javascriptFile = /\.[cm]?[jt]sx?$/

/** `runtime`, an interface that only Python has, or uWSGI's way to say it: the plugin. */
function askedFor(reading: Reading): string | undefined {
  const { values } = reading
  const runtime = values.last('runtime')?.value
  if (runtime !== undefined) return runtime
  if (askedInterface(reading) !== undefined) return 'python'
  const plugins = values.all('plugins').flatMap(({ value }) => value.split(','))
  return plugins.some((plugin) => plugin.trim().startsWith('python')) ? 'python' : undefined
}

/** A module that only one language has is that language's; with both, somebody has to say it. */
function isPythonModule(reading: Reading, setting: Setting, text: string, surroundings: Surroundings): boolean {
  const python = findPythonModule(text, pythonFolders(reading.directory, surroundings))
  const javascript = isJavaScript(splitModule(setting.value).module, reading.directory)
  if (python !== undefined && javascript) {
    reading.report({
      severity: 'error',
      message: `\`module\`: ${setting.value} is a Python module (${python}) and a JavaScript one; say \`runtime = python\` or \`runtime = javascript\``,
      place: setting.valuePlace,
    })
  }
  if (python !== undefined || javascript) return python !== undefined
  // Neither is here: a name in the form that only Python has, with Python's surroundings, is installed elsewhere.
  return surroundings.virtualenv !== undefined || surroundings.path.length > 0
}

function isJavaScript(module: string, directory: string): boolean {
  try {
    return findModule(module, directory) !== undefined
  } catch (error) {
    if (error instanceof ContainerError) return false
    throw error
  }
}

/** `file:callable` and `module:callable`; the callable may be `factory()`. */
function splitFile(value: string): { readonly text: string; readonly name: string | undefined } {
  const match = /^(.+):([A-Za-z_][\w.]*(?:\(\))?)$/.exec(value)
  return { text: match?.[1] ?? value, name: match?.[2] }
}
