export { redisStore } from './sessions/redis-store.ts'
export type { RedisStoreOptions, RedisTarget } from './sessions/redis-store.ts'
