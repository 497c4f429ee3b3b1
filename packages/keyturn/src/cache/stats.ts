/** What a cache says of itself: counts and times, never a value. */

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
