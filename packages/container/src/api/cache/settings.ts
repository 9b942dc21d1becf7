/** uWSGI's `cache2`, by keys (core/cache.c, uwsgi_cache_create). */
import { readNumber, ValueError } from '../../config/convert.ts'
import { readKeyValues } from '../../config/key-values.ts'

/** One cache. */
export interface CacheSettings {
  readonly name: string
  /** Most entries. */
  readonly items: number
  /** Most bytes of a value, and of all values together. */
  readonly blockSize: number
  readonly bytes: number
  /** Most bytes of a key. */
  readonly keySize: number
  /** Full: the entry that was read longest ago goes, instead of the new one being refused. */
  readonly evicts: boolean
  /** Whether a full cache is said in the log. */
  readonly quiet: boolean
}

/** uWSGI's own figures. */
const defaults = { blockSize: 65_536, keySize: 2048 } as const

/** 1 GiB: what all values of a cache may take together, since they are in the master's memory. */
const mostBytes = 1024 * 1024 * 1024

const keys = {
  name: 'name',
  items: 'items',
  max_items: 'items',
  maxitems: 'items',
  blocksize: 'blockSize',
  blocks: 'blocks',
  keysize: 'keySize',
  purge_lru: 'lru',
  lru: 'lru',
  ignore_full: 'quiet',
  lazy_expire: 'lazy',
  lazy: 'lazy',
  bitmap: 'bitmap',
  hash: 'hash',
  hashsize: 'hash',
  sweep_on_full: 'sweep',
  clear_on_full: 'clear',
  no_expire: 'noExpire',
} as const

/** `name=mycache,items=100`, or `mycache` alone as uWSGI's examples have it; throws ValueError. */
export function readCache(text: string): CacheSettings {
  const given = readKeyValues(text.includes('=') ? text : `name=${text}`, keys)
  if (given.name === undefined || given.name === '') throw new ValueError('needs a `name`')
  if (given.items === undefined) throw new ValueError('needs `items`, the most entries that it holds')
  if (given.clear !== undefined && given.clear !== '0') throw new ValueError('`clear_on_full` is not available here')
  const items = readNumber(given.items, [1, 100_000_000])
  const blockSize = readNumber(given.blockSize ?? String(defaults.blockSize), [1, 64 * 1024 * 1024])
  const blocks = readNumber(given.blocks ?? given.items, [1, 100_000_000])
  return {
    name: given.name,
    items,
    // Several blocks in a row hold a larger value, where uWSGI keeps a bitmap of them.
    blockSize:
      given.bitmap === undefined || given.bitmap === '0' ? blockSize : Math.min(blockSize * blocks, 64 * 1024 * 1024),
    bytes: Math.min(blockSize * blocks, mostBytes),
    keySize: readNumber(given.keySize ?? String(defaults.keySize), [1, 65_535]),
    evicts: given.lru !== undefined && given.lru !== '0',
    quiet: given.quiet !== undefined && given.quiet !== '0',
  }
}

/** The old `cache = ITEMS`: a cache called `default`. */
export function readOldCache(text: string): CacheSettings {
  return readCache(`name=default,items=${text}`)
}
