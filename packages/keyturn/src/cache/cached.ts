/**
 * The cache in front of a source: what is fresh comes from memory.
 *
 * A hit costs one lookup, one glance at the clock and one stored promise: `get` is no async function, and the short ways below are kept
 * small enough to be compiled into their callers. Everything else goes the long way, through `Reading`.
 */
import { ClosedError, isKeyturnError, type KeyturnError } from '../core/errors.ts';
import type { Emitter } from '../core/events.ts';
import { checkKeys, checkKind } from '../core/provider.ts';
import { type SecretRef, type Want, wantOf } from '../core/ref.ts';
import type { Secret } from '../core/secret.ts';
import type { Source } from '../core/source.ts';
import { aboutOf, type Entry, type Scope, type Slot } from './entry.ts';
import type { LifeClock, LruList } from './bookkeeping.ts';
import { type GetOptions, type Lifetimes, limitsOf } from './lifetime.ts';
import { Reading, type ReadingOptions } from './reading.ts';
import type { SecretCache } from './secret-cache.ts';
import type { CacheStats, Held } from './stats.ts';

/** A local source is asked for changes at most this often. */
const noticeEvery = 1_000;
/** The clock is looked at anew every 64 hits, for readers who never give the event loop a turn. */
const lookEvery = 63;

export class Cached {
  readonly #source: Source;
  readonly #cache: SecretCache;
  readonly #lifetimes: Lifetimes;
  readonly #events: Emitter;
  readonly #scope: Scope;
  readonly #reading: Reading;
  /** Of the cache and the scope; here, so that a hit finds them in one step. */
  readonly #life: LifeClock;
  #slots: Map<string, Slot>;
  readonly #recency: LruList<Entry>;
  #noticeAt: number;
  #hits = 0;
  #isClosed = false;

  constructor(options: ReadingOptions) {
    const { source, cache, lifetimes, events } = options;
    this.#source = source;
    this.#cache = cache;
    this.#lifetimes = lifetimes;
    this.#events = events;
    this.#scope = cache.enter(source.identity + lifetimes.identity);
    this.#life = cache.clock;
    this.#slots = this.#scope.slots;
    this.#recency = cache.recency;
    this.#reading = new Reading(options, this.#scope, (entry) => {
      this.#hit(entry);
    });
    this.#scope.outdate.add(this.#outdate);
    this.#noticeAt = source.canChange ? cache.clock.now() + noticeEvery : Infinity;
  }

  get(given: string | SecretRef, options?: GetOptions): Promise<Secret> {
    if (options === undefined) {
      // Any object misses here, and is looked up by its text below.
      const slot = this.#slots.get(given as string);
      if (slot !== undefined && ((++this.#hits & lookEvery) !== 0 || this.#look() > 0) && this.#life.glance < slot.entry.quietTick) {
        this.#recency.touch(slot.entry);
        if (this.#events.hit !== undefined) this.#events.hit(slot.entry.about ?? aboutOf(slot.entry));
        return slot.promise;
      }
    }
    return this.#getTheLongWay(given, options);
  }

  /** A fresh value that is in memory, or `undefined`. Counts as a hit, starts nothing. */
  peek(given: string | SecretRef): Secret | undefined {
    const slot = this.#slots.get(given as string);
    if (slot !== undefined && ((++this.#hits & lookEvery) !== 0 || this.#look() > 0) && this.#life.glance < slot.entry.freshTick) {
      this.#recency.touch(slot.entry);
      if (this.#events.hit !== undefined) this.#events.hit(slot.entry.about ?? aboutOf(slot.entry));
      return slot.secret;
    }
    return this.#peekTheLongWay(given);
  }

  /** Reads now, and swaps on success: until then, and after a failure, the kept value stays. */
  async refresh(given: string | SecretRef, options?: GetOptions): Promise<Secret> {
    const limits = limitsOf(options);
    return this.#reading.refresh(this.#want(given), limits);
  }

  /** Reads each of `refs` that is not fresh, in one batch where the source can. One result for each, in order. */
  async prefetch(given: readonly (string | SecretRef)[], force: boolean): Promise<(Secret | KeyturnError)[]> {
    const wants = given.map((ref) => attempt(() => this.#want(ref)));
    this.#look();
    const reads = this.#reading.prefetch(
      wants.filter((want): want is Want => !isKeyturnError(want)),
      force,
    );
    return Promise.all(
      wants.map(async (want) => {
        if (isKeyturnError(want)) return want;
        try {
          return await (reads.shift() as Promise<Secret>);
        } catch (error) {
          if (isKeyturnError(error)) return error;
          throw error;
        }
      }),
    );
  }

  /** Forgets the name with all its fields and versions, or what `prefix` and `provider` pick. In force before it returns; the number of documents follows. */
  invalidate(what: string | SecretRef | { readonly prefix?: string; readonly provider?: string }): Promise<number> {
    if (this.#isClosed) return Promise.reject(closed());
    if (typeof what === 'string' || (typeof what === 'object' && what !== null && 'name' in what)) {
      let want: Want;
      try {
        want = wantOf(what);
      } catch (error) {
        return Promise.reject(error as Error);
      }
      const { document, ref } = want;
      this.#outdateAll((name) => name === ref.name);
      const count = this.#cache.removeName(this.#scope, ref.name);
      this.#events.emit('invalidate', { ref: document });
      return Promise.resolve(count);
    }
    try {
      checkKeys('invalidate', what, ['prefix', 'provider']);
      checkKind('invalidate: prefix', what.prefix, typeof what.prefix === 'string', 'text');
      if (what.provider !== undefined) this.#source.check({ name: 'any', provider: what.provider });
    } catch (error) {
      return Promise.reject(error as Error);
    }
    const { prefix = '', provider } = what;
    this.#outdateAll((name) => name.startsWith(prefix));
    const count = this.#cache.removePrefix(this.#scope, prefix, provider);
    this.#events.emit('invalidate', { prefix: what.prefix, provider });
    return count;
  }

  /** What is in memory for a reference, without a value and without a trace. */
  held(given: string | SecretRef): Held {
    const want = wantOf(given);
    const now = this.#life.now();
    const entry = this.#cache.find(this.#scope, want.text) ?? this.#cache.find(this.#scope, want.documentText);
    if (!entry) return { state: this.#cache.absent(this.#scope, want.documentText) ? 'absent' : 'nothing' };
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

  stats(): CacheStats {
    const { misses, negativeHits } = this.#reading.counts;
    const hits = this.#hits + negativeHits;
    const total = hits + misses;
    return {
      ...this.#cache.stats(),
      maxEntries: this.#cache.maxEntries,
      hits,
      misses,
      total,
      hitRate: total === 0 ? 0 : hits / total,
      flights: this.#reading.flights,
      negativeHits,
      ttl: this.#lifetimes.ttl,
    };
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#scope.outdate.delete(this.#outdate);
    this.#reading.abort(closed());
    this.#cache.leave(this.#source.identity + this.#lifetimes.identity);
    // The scope may go on serving others.
    this.#slots = new Map();
  }

  #getTheLongWay(given: string | SecretRef, options?: GetOptions): Promise<Secret> {
    try {
      const slot = options === undefined ? this.#slots.get(given as string) : undefined;
      if (slot) {
        this.#hits--;
        if (this.#look() < slot.entry.quietUntil && !this.#scope.isInvalid(slot.entry)) {
          this.#hit(slot.entry);
          return slot.promise;
        }
      }
      const limits = limitsOf(options);
      const want = this.#want(given);
      this.#look();
      return this.#reading.read(want, limits);
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  #peekTheLongWay(given: string | SecretRef): Secret | undefined {
    const slot = this.#slots.get(given as string);
    const now = this.#look();
    if (slot) {
      this.#hits--;
      if (now < slot.entry.freshUntil && !this.#scope.isInvalid(slot.entry)) {
        this.#hit(slot.entry);
        return slot.secret;
      }
    }
    const want = this.#want(given);
    const own = this.#reading.own(want);
    const entry = this.#reading.fresh(own ? want.text : want.documentText, Infinity);
    if (!entry) return undefined;
    try {
      const secret = own ? entry.secret : this.#reading.cut(entry, want);
      this.#hit(entry);
      return secret;
    } catch {
      return undefined;
    }
  }

  readonly #outdate = (concerns: (name: string) => boolean) => {
    this.#reading.outdate(concerns);
  };

  /** Of all who share this scope: what they read now was asked for before. */
  #outdateAll(concerns: (name: string) => boolean): void {
    for (const outdate of this.#scope.outdate) outdate(concerns);
  }

  #want(given: string | SecretRef): Want {
    if (this.#isClosed) throw closed();
    const want = wantOf(given);
    this.#source.check(want.ref);
    return want;
  }

  #hit(entry: Entry): void {
    this.#hits++;
    this.#recency.touch(entry);
    this.#events.hit?.(entry.about ?? aboutOf(entry));
  }

  /** The time; and a local source that changed loses its entries, before anything is answered from them. */
  #look(): number {
    const now = this.#life.now();
    if (now >= this.#noticeAt) {
      this.#noticeAt = now + noticeEvery;
      for (const provider of this.#source.changed()) void this.invalidate({ provider });
    }
    return now;
  }
}

function closed(): ClosedError {
  return new ClosedError('These secrets are closed.', { hint: 'Create new ones with createSecrets().' });
}

/** What `work` gives, or the error of ours that it throws. */
function attempt<T>(work: () => T): T | KeyturnError {
  try {
    return work();
  } catch (error) {
    if (isKeyturnError(error)) return error;
    throw error;
  }
}
