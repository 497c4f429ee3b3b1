/** What a cache says of itself: counts and times, never a value. */
import type { Want } from '../core/ref.ts';
import type { Scope } from './entry.ts';
import type { SecretCache } from './secret-cache.ts';

export interface Held {
  readonly state: 'fresh' | 'stale' | 'absent' | 'nothing';
  readonly provider?: string;
  readonly version?: string | undefined;
  readonly ageMs?: number;
  readonly freshForMs?: number;
  readonly staleForMs?: number;
  /** The code of the last failure, while the source cannot be reached. */
  readonly outage?: string | undefined;
}

export interface CacheStats {
  /** Documents in memory. */
  readonly entries: number;
  readonly maxEntries: number;
  readonly fresh: number;
  readonly stale: number;
  /** Past every limit and not yet swept. */
  readonly expired: number;
  /** Reads answered from memory, absent ones among them. */
  readonly hits: number;
  readonly misses: number;
  readonly total: number;
  /** 0 when there were no reads. */
  readonly hitRate: number;
  readonly evictions: number;
  /** Reads of the source under way. */
  readonly flights: number;
  readonly negativeHits: number;
  /** The default time to live, in ms. */
  readonly ttl: number;
}

/** What `cache` holds for a reader of `want`. */
export function heldOf(cache: SecretCache, scope: Scope, want: Want): Held {
  const now = cache.clock.now();
  const entry = cache.find(scope, want.text) ?? cache.find(scope, want.documentText);
  if (!entry) return { state: cache.absent(scope, want.documentText) ? 'absent' : 'nothing' };
  const { provider, version, ageMs } = entry.secret;
  return {
    state: now < entry.freshUntil ? 'fresh' : 'stale',
    provider,
    version,
    ageMs,
    freshForMs: Math.max(0, entry.freshUntil - now),
    staleForMs: Math.max(0, entry.staleUntil - Math.max(now, entry.freshUntil)),
    outage: entry.outage?.code,
  };
}
