/** What options/table/sharing.ts and companions.ts mean. */
import { readCache, readOldCache } from '../../api/cache/settings.ts'
import type { SharingSettings } from '../../api/settings.ts'
import { findOption } from '../../options/lookup.ts'
import { readNumber } from '../convert.ts'
import { resolve } from 'node:path'
import type { Reading } from '../reading.ts'
import type { Setting } from '../setting.ts'

/** Reads caches, locks, mules and spoolers. `settings`: everything that was given. */
export function resolveSharing(reading: Reading, settings: readonly Setting[]): SharingSettings {
  const { values } = reading
  return {
    caches: [...values.every('cache2', readCache), ...values.every('cache', readOldCache)],
    locks: values.number('locks'),
    mules: readMules(reading),
    messageSize: values.number('mule-msg-size'),
    spooler: {
      folders: reading.paths('spooler'),
      processes: values.number('spooler-processes'),
      frequency: values.number('spooler-frequency'),
      harakiri: values.number('spooler-harakiri'),
      maxTasks: values.number('spooler-max-tasks'),
    },
    given: givenOptions(settings),
  }
}

/** `mules = 2` are two without a program, `mule = file.py` is one with, `mule` alone one without. */
function readMules({ values, directory }: Reading): readonly (string | undefined)[] {
  const bare = values.every('mules', (text) => readNumber(text, [0, 1024])).reduce((sum, count) => sum + count, 0)
  const single = values
    .all('mule')
    .map(({ value }) => (value === '' || value === 'true' ? undefined : resolve(directory, value)))
  return [...single, ...Array.from({ length: bare }, () => undefined)]
}

function givenOptions(settings: readonly Setting[]): SharingSettings['given'] {
  const given: Record<string, true | string | readonly string[]> = {}
  for (const { name, value } of settings) {
    const flag = value === '' || (findOption(name)?.kind === 'flag' && value === 'true')
    const before = given[name]
    const now = flag ? true : value
    given[name] =
      before === undefined || now === true || before === true
        ? now
        : [...(Array.isArray(before) ? before : [before]), now].flat()
  }
  return given
}
