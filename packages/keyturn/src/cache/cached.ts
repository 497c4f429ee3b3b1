/**
 * The cache in front of a source: what is fresh comes from memory.
 *
 * A hit costs one comparison or lookup, one glance at the clock and one stored promise: `get` is no async function, and the short ways below
 * are kept small enough to be compiled into their callers. Everything else goes the long way, through `Reading`.
 */
import { ClosedError, isKeyturnError, type KeyturnError } from '../core/errors.ts';
import type { Emitter } from '../core/events.ts';
import { checkKeys, checkKind } from '../core/provider.ts';
import { type SecretRef, type Want, wantOf } from '../core/ref.ts';
import type { Secret } from '../core/secret.ts';
import type { Source } from '../core/source.ts';
import { aboutOf, type Entry, type Scope, type Slot } from './entry.ts';
import type { LifeClock } from './bookkeeping.ts';
import { type GetOptions, type Lifetimes, limitsOf } from './lifetime.ts';
import { Reading, type ReadingOptions } from './reading.ts';
import type { LruList } from './recency.ts';
import type { SecretCache } from './secret-cache.ts';
import { type CacheStats, type Held, heldOf } from './stats.ts';
import type { WideMap } from './wide-map.ts';

/** A local source is asked for changes at most this often. */
const noticeEvery = 1_000;
/** The clock is looked at anew every 64 hits, for readers who never give the event loop a turn. */
const lookEvery = 64;

export class Cached {
  readonly #source: Source;
  readonly #cache: SecretCache;
  readonly #lifetimes: Lifetimes;
  readonly #scope: Scope;
  readonly #reading: Reading;
  // Declared, and assigned once: a `#field` is assigned twice, at first `undefined`, and the compiler takes only for a constant what was
  // assigned once. With these four as constants a hit takes two thirds of the time.
  declare private readonly life: LifeClock;
  declare private readonly slots: WideMap<Slot>;
  declare private readonly recency: LruList<Entry>;
  declare private readonly emitter: Emitter;
  /** What was read last. */
  #last: Slot;
  /** So many hits until the next look at the clock. */
  #left = lookEvery;
  /** The hits of all looks before. */
  #counted = 0;
  #noticeAt: number;
  #isClosed = false;

  constructor(options: ReadingOptions) {
    const { source, cache, lifetimes, events } = options;
    this.#source = source;
    this.#cache = cache;
    this.#lifetimes = lifetimes;
    this.#scope = cache.enter(source.identity + lifetimes.identity);
    this.life = cache.clock;
    this.slots = this.#scope.slots;
    this.recency = cache.recency;
    this.emitter = events;
    this.#last = this.#scope.nobody;
    this.#reading = new Reading(options, this.#scope, (entry) => {
      this.#hit(entry);
    });
    this.#scope.outdate.add(this.#outdate);
    this.#noticeAt = source.canChange ? cache.clock.now() + noticeEvery : Infinity;
  }

  // What is returned is taken before anybody is told: a listener may forget it.

  get(given: string | SecretRef, options?: GetOptions): Promise<Secret> {
    let slot: Slot | undefined;
    if (options === undefined && typeof given === 'string') {
      slot = this.#slot(given);
      if (slot !== undefined && (--this.#left !== 0 || this.#look() > 0)) {
        const { place, promise } = slot;
        if (this.life.glance < this.recency.times[place << 1]!) {
          this.#last = slot;
          this.recency.touch(place);
          if (this.emitter.hit !== undefined) this.emitter.hit(slot.about === undefined ? aboutOf(slot) : slot.about);
          return promise;
        }
      }
    }
    return this.#getTheLongWay(given, options, slot);
  }

  /** A fresh value that is in memory, or `undefined`. Counts as a hit, starts nothing. */
  peek(given: string | SecretRef): Secret | undefined {
    let slot: Slot | undefined;
    if (typeof given === 'string') {
      slot = this.#slot(given);
      if (slot !== undefined && (--this.#left !== 0 || this.#look() > 0)) {
        const { place, secret } = slot;
        if (this.life.glance < this.recency.times[(place << 1) + 1]!) {
          this.#last = slot;
          this.recency.touch(place);
          if (this.emitter.hit !== undefined) this.emitter.hit(slot.about === undefined ? aboutOf(slot) : slot.about);
          return secret;
        }
      }
    }
    return this.#peekTheLongWay(given, slot);
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
  invalidate(what: string | SecretRef | { readonly prefix?: string | undefined; readonly provider?: string | undefined }): Promise<number> {
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
      this.emitter.emit('invalidate', { ref: document });
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
    this.emitter.emit('invalidate', { prefix: what.prefix, provider });
    return count;
  }

  /** What is in memory for a reference, without a value and without a trace. */
  held(given: string | SecretRef): Held {
    return heldOf(this.#cache, this.#scope, wantOf(given));
  }

  stats(): CacheStats {
    const { misses, negativeHits } = this.#reading.counts;
    const hits = this.#counted + lookEvery - this.#left + negativeHits;
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
    // The scope may go on serving others; here every hit looks first, and finds that it is closed.
    this.#counted += 1 - this.#left;
    this.#left = 1;
    this.#last = this.#scope.nobody;
  }

  /** Where a reader's text leads, right or wrong about the time. */
  #slot(text: string): Slot | undefined {
    const { next } = this.#last;
    if (next.text === text) return next;
    const slot = this.slots.get(text);
    if (slot !== undefined) this.#last.next = slot;
    return slot;
  }

  /** @param counted what was counted as a hit before the time was known */
  #getTheLongWay(given: string | SecretRef, options: GetOptions | undefined, counted: Slot | undefined): Promise<Secret> {
    if (this.#isClosed) return Promise.reject(closed());
    try {
      if (counted) {
        this.#left++;
        if (this.#look() < counted.entry.quietUntil && !this.#scope.isInvalid(counted.entry)) {
          const { promise } = counted;
          this.#last = counted;
          this.#hit(counted.entry);
          return promise;
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

  #peekTheLongWay(given: string | SecretRef, counted: Slot | undefined): Secret | undefined {
    if (this.#isClosed) throw closed();
    if (counted) this.#left++;
    const now = this.#look();
    if (counted && now < counted.entry.freshUntil && !this.#scope.isInvalid(counted.entry)) {
      const { secret } = counted;
      this.#last = counted;
      this.#hit(counted.entry);
      return secret;
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
    this.#counted++;
    this.recency.touch(entry.place);
    this.emitter.hit?.(entry.slot.about ?? aboutOf(entry.slot));
  }

  /** The time; and a local source that changed loses its entries, before anything is answered from them. */
  #look(): number {
    if (this.#isClosed) {
      this.#left = 1;
      return -1;
    }
    this.#counted += lookEvery - this.#left;
    this.#left = lookEvery;
    const now = this.life.now();
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
