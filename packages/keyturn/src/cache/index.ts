/** `keyturn/cache`: the cache alone, for any value, and the secrets' cache to share between several `createSecrets`. */
export { SecretCache } from './secret-cache.ts';
export { TtlCache } from './ttl-cache.ts';
export type { SecretCacheOptions } from './secret-cache.ts';
export type { SetOptions, TtlCacheOptions, TtlCacheStats } from './ttl-cache.ts';
