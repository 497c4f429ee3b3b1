/** A bounded cache of anything, each entry with a time to live: what the secrets' own cache is made of, for your values. */
import { type Clock, type Duration, parseDuration, systemClock } from '../core/clock.ts';
import { ConfigurationError } from '../core/errors.ts';
import { checkKeys } from '../core/provider.ts';
import { LifeClock, Reclaim } from './bookkeeping.ts';
import { LruList, type Placed } from './recency.ts';
import { WideMap } from './wide-map.ts';

export interface TtlCacheOptions {
  /** Default `'5m'`. `0`: nothing is kept. `'none'`: until deleted. */
  readonly ttl?: Duration | undefined;
  /** At most so many entries; a new key then takes the place of the least recently used. Default 1,000. */
  readonly maxEntries?: number | undefined;
  /** Removes expired entries in the background, this often. Default `'none'`: they leave when read or displaced. */
  readonly sweepInterval?: Duration | undefined;
  readonly clock?: Clock | undefined;
}

export interface SetOptions {
  /** Default: the cache's. */
  readonly ttl?: Duration | undefined;
}

export interface TtlCacheStats {
  readonly entries: number;
  readonly maxEntries: number;
  /** Expired and not yet swept: among `entries`. */
  readonly expired: number;
  readonly hits: number;
  readonly misses: number;
  readonly total: number;
  /** 0 when there were no reads. */
  readonly hitRate: number;
  readonly evictions: number;
  /** Reads of `getOrSet` under way. */
  readonly flights: number;
  /** In ms; `Infinity` for none. */
  readonly ttl: number;
}

/** A load under way; it has no promise while its function has not returned. */
interface Flight<V> {
  value: Promise<V> | undefined;
}

interface Entry<V> extends Placed {
  readonly key: string;
  value: V;
  createdAt: number;
  expiresAt: number;
  epoch: number;
}

/**
 * Keeps values by key for a while. Recency in O(1), monotonic time, no scan on any read; a value is kept as it is, never copied.
 *
 * ```ts
 * const users = new TtlCache<User>({ ttl: '1m', maxEntries: 500 });
 * const user = await users.getOrSet('user:7', () => loadUser(7)); // any number of callers, one load
 * await users.invalidatePrefix('user:');                          // in force at once
 * ```
 */
export class TtlCache<V> {
  readonly #entries: WideMap<Entry<V>>;
  readonly #recency: LruList<Entry<V>>;
  readonly #flights = new Map<string, Flight<V>>();
  readonly #reclaim: Reclaim<Entry<V>>;
  readonly #clock: LifeClock;
  readonly #ttl: number;
  readonly #maxEntries: number;
  readonly #closing = new AbortController();
  #hits = 0;
  #misses = 0;
  #evictions = 0;

  /** @throws ConfigurationError naming the option that is wrong */
  constructor(options: TtlCacheOptions = {}) {
    checkKeys('TtlCache', options, ['ttl', 'maxEntries', 'sweepInterval', 'clock']);
    const { ttl = '5m', maxEntries = 1_000, sweepInterval = 'none', clock = systemClock } = options;
    this.#ttl = parseDuration(ttl, 'ttl');
    this.#maxEntries = checkMaxEntries(maxEntries, 'maxEntries');
    this.#entries = new WideMap(this.#maxEntries);
    this.#recency = new LruList(this.#maxEntries);
    this.#clock = new LifeClock(clock);
    this.#reclaim = new Reclaim<Entry<V>>({
      entries: () => this.#entries.values(),
      visit: (entry) => {
        if (this.#claim(entry) || entry.expiresAt <= this.#clock.now()) this.#remove(entry);
      },
    });
    sweepEvery(checkSweepInterval(sweepInterval), clock, this.#closing.signal, () => {
      this.#reclaim.run();
    });
  }

  /** The value, or `undefined` when there is none or its time is over. */
  get(key: string): V | undefined {
    const entry = this.#find(key);
    if (!entry) {
      this.#misses++;
      return undefined;
    }
    this.#hits++;
    this.#recency.touch(entry.place);
    return entry.value;
  }

  has(key: string): boolean {
    return this.#find(key) !== undefined;
  }

  /** Keeps `value`; a load of the same key that is under way will not overwrite it. @throws ConfigurationError for a malformed ttl */
  set(key: string, value: V, options?: SetOptions): void {
    this.#flights.delete(key);
    this.#put(key, value, options);
  }

  /** `true` when there was one. A load of the same key that is under way will not be kept. */
  delete(key: string): boolean {
    this.#flights.delete(key);
    const entry = this.#find(key);
    if (entry) this.#remove(entry);
    return entry !== undefined;
  }

  /** Removes everything and answers how many there were. */
  clear(): number {
    const count = this.#recency.size;
    this.#entries.clear();
    this.#recency.clear();
    this.#flights.clear();
    this.#reclaim.settle();
    return count;
  }

  /**
   * The value, or what `load` gives, kept. Any number of callers share one load and its failure; failures and `undefined` are not kept.
   * A load that began before the key was set, deleted or invalidated is given to those who wait for it and not kept.
   */
  getOrSet(key: string, load: () => Promise<V>, options?: SetOptions): Promise<V>;
  getOrSet(key: string, load: () => V, options?: SetOptions): V;
  getOrSet(key: string, load: () => V | Promise<V>, options?: SetOptions): V | Promise<V> {
    if (options?.ttl !== undefined) parseDuration(options.ttl, 'ttl');
    const joined = this.#flights.get(key)?.value;
    if (joined) {
      this.#misses++;
      return joined;
    }
    const kept = this.get(key);
    if (kept !== undefined) return kept;
    // Registered before the load runs: what it sets or deletes itself is younger than what it answers.
    const flight: Flight<V> = { value: undefined };
    this.#flights.set(key, flight);
    const landed = (value?: V) => {
      if (this.#flights.get(key) !== flight) return;
      this.#flights.delete(key);
      if (value !== undefined) this.#put(key, value, options);
    };
    try {
      const loaded = load();
      if (!isThenable(loaded)) {
        landed(loaded);
        return loaded;
      }
      flight.value = Promise.resolve(loaded);
    } catch (error) {
      landed();
      throw error;
    }
    flight.value.then(landed, () => {
      landed();
    });
    return flight.value;
  }

  /** Forgets every key that begins with `prefix`, at once; resolves with their number when their memory is back. */
  invalidatePrefix(prefix: string): Promise<number> {
    for (const key of this.#flights.keys()) if (key.startsWith(prefix)) this.#flights.delete(key);
    return this.#reclaim.invalidate(prefix);
  }

  /** How long the entry has to live, in ms; 0 when there is none. */
  ttlRemaining(key: string): number {
    const entry = this.#find(key);
    return entry ? Math.max(0, entry.expiresAt - this.#clock.now()) : 0;
  }

  /** When the entry was set, an instant of the clock's `now` in ms; `undefined` when there is none. */
  createdAt(key: string): number | undefined {
    return this.#find(key)?.createdAt;
  }

  stats(): TtlCacheStats {
    const now = this.#clock.now();
    let expired = 0;
    for (const entry of this.#recency) if (entry.expiresAt <= now) expired++;
    const total = this.#hits + this.#misses;
    return {
      entries: this.#recency.size,
      maxEntries: this.#maxEntries,
      expired,
      hits: this.#hits,
      misses: this.#misses,
      total,
      hitRate: total === 0 ? 0 : this.#hits / total,
      evictions: this.#evictions,
      flights: this.#flights.size,
      ttl: this.#ttl,
    };
  }

  /** Forgets everything and ends the sweep. */
  close(): void {
    this.#closing.abort();
    this.clear();
  }

  #find(key: string): Entry<V> | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    if (!this.#claim(entry) && this.#clock.now() < entry.expiresAt) return entry;
    this.#remove(entry);
    return undefined;
  }

  #put(key: string, value: V, options: SetOptions | undefined): void {
    const ttl = options?.ttl === undefined ? this.#ttl : parseDuration(options.ttl, 'ttl');
    const present = this.#entries.get(key);
    if (present && (this.#claim(present) || ttl === 0)) this.#remove(present);
    if (ttl === 0) return;
    const now = this.#clock.now();
    const entry = this.#entries.get(key);
    if (entry) {
      entry.value = value;
      entry.createdAt = now;
      entry.expiresAt = now + ttl;
      entry.epoch = this.#reclaim.epoch;
      this.#recency.touch(entry.place);
      return;
    }
    if (this.#recency.size >= this.#maxEntries) {
      const oldest = this.#recency.oldest as Entry<V>;
      if (!this.#claim(oldest)) this.#evictions++;
      this.#remove(oldest);
    }
    const added: Entry<V> = { key, value, createdAt: now, expiresAt: now + ttl, epoch: this.#reclaim.epoch, place: 0 };
    this.#entries.set(key, added);
    this.#recency.add(added);
  }

  #claim(entry: Entry<V>): boolean {
    return this.#reclaim.claim(entry, entry.key, undefined);
  }

  #remove(entry: Entry<V>): void {
    this.#entries.delete(entry.key);
    this.#recency.remove(entry);
  }
}

/** @throws ConfigurationError quoting the bad number */
export function checkMaxEntries(value: number, where: string): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new ConfigurationError(`${where}: ${String(value)} is not a whole number of at least 1.`, {
    hint: 'It is how many entries are kept at most; 1000 is the default.',
  });
}

/** @throws ConfigurationError for an interval under a second, which would sweep without end */
export function checkSweepInterval(interval: Duration): Duration {
  if (parseDuration(interval, 'sweepInterval') >= 1_000) return interval;
  throw new ConfigurationError(`sweepInterval: ${JSON.stringify(interval)} is under a second.`, { hint: `Write '60s', or 'none' for no sweep.` });
}

/** Runs `sweep` every `interval` until `signal` aborts, without keeping the process alive. `'none'`: never. */
export function sweepEvery(interval: Duration, clock: Clock, signal: AbortSignal, sweep: () => void): void {
  const ms = parseDuration(interval, 'sweepInterval');
  if (ms === Infinity) return;
  void untilAborted(async () => {
    for (;;) {
      await clock.sleep(ms, { signal, background: true });
      sweep();
    }
  });
}

async function untilAborted(loop: () => Promise<never>): Promise<void> {
  try {
    await loop();
  } catch {
    // Closed.
  }
}

function isThenable<V>(value: V | Promise<V>): value is Promise<V> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
