/**
 * The cache in front of a source: fresh from memory, one flight for many readers, the last good value in an outage.
 *
 * The rules are:
 * - A hit costs one lookup, one look at the clock and one stored promise. `get` is no async function.
 * - A document is kept once, and fields are cut from it; a field that a provider answers on its own is an entry of its own,
 *   and is asked for before the document of any later provider is used.
 * - A value past its time is given only while its source cannot be asked, marked, and not past `staleIfError`.
 */
import { limitTime } from '../core/abort.ts';
import type { Clock } from '../core/clock.ts';
import { formatDuration } from '../core/duration.ts';
import { ClosedError, DeadlineExceededError, isKeyturnError, isUnavailable, type KeyturnError, SecretNotFoundError } from '../core/errors.ts';
import type { Emitter } from '../core/events.ts';
import type { ReadOptions } from '../core/provider.ts';
import type { SecretRef } from '../core/ref.ts';
import { Secret } from '../core/secret.ts';
import type { Source } from '../core/source.ts';
import type { Entry, Scope, Slot } from './entry.ts';
import { Batch } from './batch.ts';
import { type Flight, Flights } from './flights.ts';
import { Landing, type Reason } from './landing.ts';
import type { LifeClock } from './life-clock.ts';
import type { Lifetimes } from './lifetime.ts';
import type { LruList } from './lru-list.ts';
import { beginCoolDown, isCooling, isRecent, patience } from './outage.ts';
import type { SecretCache } from './secret-cache.ts';
import type { CacheStats, Held } from './stats.ts';
import { type GetOptions, type Limits, limitsOf, noLimits, type Want, wantOf } from './want.ts';

export interface CachedOptions {
  readonly source: Source;
  readonly cache: SecretCache;
  readonly lifetimes: Lifetimes;
  readonly events: Emitter;
  readonly clock: Clock;
  /** How long a flight may take, and by default a caller waits, in ms. */
  readonly deadline: number;
}

/** A local source is asked for changes at most this often. */
const noticeEvery = 1_000;
/** The clock is looked at anew every 64 hits, for readers who never give the event loop a turn. */
const lookEvery = 63;

export class Cached {
  readonly #source: Source;
  readonly #cache: SecretCache;
  readonly #lifetimes: Lifetimes;
  readonly #events: Emitter;
  readonly #clock: Clock;
  readonly #deadline: number;
  readonly #scope: Scope;
  readonly #flights: Flights<Secret | undefined, Secret>;
  readonly #landing: Landing;
  /** Of the cache and the scope; here, so that a hit finds them in one step. */
  readonly #life: LifeClock;
  #slots: Map<string, Slot>;
  readonly #recency: LruList<Entry>;
  #noticeAt: number;
  #hits = 0;
  #negativeHits = 0;
  #misses = 0;
  #isClosed = false;

  constructor({ source, cache, lifetimes, events, clock, deadline }: CachedOptions) {
    this.#source = source;
    this.#cache = cache;
    this.#lifetimes = lifetimes;
    this.#events = events;
    this.#clock = clock;
    this.#deadline = deadline;
    this.#scope = cache.enter(source.identity);
    this.#life = cache.clock;
    this.#slots = this.#scope.slots;
    this.#recency = cache.recency;
    this.#flights = new Flights<Secret | undefined, Secret>(clock, deadline);
    this.#landing = new Landing(cache, this.#scope, lifetimes, events, () => this.#flights.nextOrder());
    this.#noticeAt = source.canChange ? cache.clock.now() + noticeEvery : Infinity;
  }

  get(given: string | SecretRef, options?: GetOptions): Promise<Secret> {
    if (options === undefined) {
      // Any object misses here, and is looked up by its text below.
      const slot = this.#slots.get(given as string);
      if (slot !== undefined && (++this.#hits & lookEvery) !== 0 && this.#life.glance < slot.entry.quietTick) {
        this.#recency.touch(slot.entry);
        if (this.#events.hit !== undefined) this.#events.hit(slot.entry.about);
        return slot.promise;
      }
    }
    return this.#getTheLongWay(given, options);
  }

  /** A fresh value that is in memory, or `undefined`. Counts as a hit, starts nothing. */
  peek(given: string | SecretRef): Secret | undefined {
    const slot = this.#slots.get(given as string);
    if (slot !== undefined && (++this.#hits & lookEvery) !== 0 && this.#life.glance < slot.entry.freshTick) {
      this.#recency.touch(slot.entry);
      if (this.#events.hit !== undefined) this.#events.hit(slot.entry.about);
      return slot.secret;
    }
    return this.#peekTheLongWay(given);
  }

  /** Reads now, and swaps on success: until then, and after a failure, the kept value stays. */
  async refresh(given: string | SecretRef, options?: GetOptions): Promise<Secret> {
    const limits = limitsOf(options);
    const want = this.#want(given);
    const own = this.#own(want);
    if (own) return this.#readOwn(want, own.secret, own.index, { ...limits, maxAge: 0 });
    const flight = this.#start(want, 'refresh');
    return this.#field(await this.#wait(flight, limits, this.#deadline), want);
  }

  /** Reads each of `refs` that is not fresh, in one batch where the source can. One result for each, in order. */
  async prefetch(given: readonly (string | SecretRef)[], force: boolean): Promise<(Secret | KeyturnError)[]> {
    const wants = given.map((ref) => this.#want(ref));
    this.#look();
    const needed = new Map<string, Want>();
    for (const want of wants) if (!this.#own(want) && (force || this.#isNeeded(want))) needed.set(want.documentText, want);
    const flights = new Map<string, Flight<Secret>>();
    const batch = needed.size < 2 ? undefined : new Batch(this.#source, [...needed.values()].map(({ document }) => document));
    for (const [index, want] of [...needed.values()].entries()) {
      flights.set(want.documentText, this.#start(want, force ? 'refresh' : 'miss', batch && ((options) => batch.read(index, options))));
    }
    return Promise.all(
      wants.map(async (want) => {
        try {
          const flight = flights.get(want.documentText);
          if (!flight) return await this.#read(want, noLimits);
          this.#misses++;
          return await this.#land(flight, want, noLimits);
        } catch (error) {
          if (isKeyturnError(error)) return error;
          throw error;
        }
      }),
    );
  }

  /** Forgets the name with all its fields and versions, or what `prefix` and `provider` pick. In force before it returns; the number of documents follows. */
  invalidate(what: string | SecretRef | { readonly prefix?: string; readonly provider?: string }): Promise<number> {
    if (typeof what === 'string' || 'name' in what) {
      const { document, ref } = wantOf(what);
      this.#flights.outdate((flight) => flight.name === ref.name);
      const count = this.#cache.removeName(this.#scope, ref.name);
      this.#events.emit('invalidate', { ref: document });
      return Promise.resolve(count);
    }
    const { prefix = '', provider } = what;
    this.#flights.outdate((flight) => flight.name.startsWith(prefix));
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
    const total = this.#hits + this.#misses;
    return {
      ...this.#cache.stats(),
      maxEntries: this.#cache.maxEntries,
      hits: this.#hits,
      misses: this.#misses,
      total,
      hitRate: total === 0 ? 0 : this.#hits / total,
      flights: this.#flights.size,
      negativeHits: this.#negativeHits,
      ttl: this.#lifetimes.ttl,
    };
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#flights.abort(closed());
    this.#cache.leave(this.#source.identity);
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
      return this.#read(this.#want(given), limits);
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
    const own = this.#own(want);
    const entry = this.#fresh(own ? want.text : want.documentText, Infinity);
    if (!entry) return undefined;
    try {
      const secret = own ? entry.secret : this.#cut(entry, want);
      this.#hit(entry);
      return secret;
    } catch {
      return undefined;
    }
  }

  #want(given: string | SecretRef): Want {
    if (this.#isClosed) throw closed();
    const want = wantOf(given);
    this.#source.check(want.ref);
    return want;
  }

  async #read(want: Want, limits: Limits): Promise<Secret> {
    this.#look();
    const own = this.#own(want);
    if (own) return this.#readOwn(want, own.secret, own.index, limits);
    const entry = this.#fresh(want.documentText, limits.maxAge);
    if (entry) return this.#give(entry, want);
    const absent = this.#absent(want, limits.maxAge);
    if (absent) {
      this.#hits++;
      this.#negativeHits++;
      throw absent;
    }
    this.#misses++;
    const cover = this.#coverNow(want, limits);
    if (cover) return this.#field(cover, want);
    return this.#land(this.#flights.joinable(want.documentText, this.#since(limits)) ?? this.#start(want, 'miss'), want, limits);
  }

  /** A field that a provider answers on its own. Providers before that one come first, with their whole document. */
  async #readOwn(want: Want, secret: Secret, index: number, limits: Limits): Promise<Secret> {
    const document = this.#fresh(want.documentText, limits.maxAge);
    if (document && this.#source.indexOf(document.secret.provider) < index) return this.#give(document, want);
    const kept = this.#fresh(want.text, limits.maxAge);
    if (kept) {
      this.#hit(kept);
      return kept.secret;
    }
    this.#misses++;
    if (this.#source.isAskedBefore(index, want.ref)) {
      const flight = this.#flights.joinable(`${want.documentText} <${index}`, this.#since(limits)) ?? this.#startBefore(want, index);
      try {
        return this.#field(await this.#wait(flight, limits, this.#deadline), want);
      } catch (error) {
        // Thrown by the read only: `#field` speaks of a document that was found.
        if (!(error instanceof AbsentBefore)) throw error;
      }
    }
    return this.#keepOwn(want, secret);
  }

  /** A flight begun earlier would bring an answer older than the caller allows. */
  #since({ maxAge }: Limits): number {
    return maxAge === 0 ? Infinity : this.#clock.now() - maxAge;
  }

  #own(want: Want): ReturnType<Source['fieldOf']> {
    return want.ref.field === undefined ? undefined : this.#source.fieldOf(want.ref);
  }

  #keepOwn(want: Want, secret: Secret): Secret {
    const entry = this.#landing.keep(secret, want.text, this.#flights.nextOrder());
    // Nothing to read ahead: the provider is asked on the spot each time.
    entry?.quiet(entry.freshUntil);
    this.#events.emit('miss', { ref: want.ref, provider: secret.provider, durationMs: 0, found: true });
    return secret;
  }

  /** Waits for the flight; when it fails as an outage does, the kept value covers, marked, if its limits allow. */
  async #land(flight: Flight<Secret>, want: Want, limits: Limits): Promise<Secret> {
    const entry = this.#cache.find(this.#scope, want.documentText);
    const now = this.#life.now();
    const isKnownOutage = entry !== undefined && isRecent(entry.outage, now) && this.#covers(entry, limits, now);
    // The probe of a known outage goes on without its readers.
    if (isKnownOutage) flight.isBackground = true;
    try {
      return this.#field(await this.#wait(flight, limits, isKnownOutage ? patience : this.#deadline), want);
    } catch (error) {
      const kept = isUnavailable(error) ? this.#cache.find(this.#scope, want.documentText) : undefined;
      const later = this.#life.now();
      if (!kept || !this.#covers(kept, limits, later)) throw error;
      if (!kept.outage) beginCoolDown(kept, (error as KeyturnError).code as string, later);
      return this.#field(this.#cover(kept, limits, later), want);
    }
  }

  #wait(flight: Flight<Secret>, { timeout, signal }: Limits, most: number): Promise<Secret> {
    const left = flight.startedAt + this.#deadline - this.#clock.now();
    const ms = Math.min(timeout, most);
    // The flight's own deadline comes first: no second timer.
    if (ms >= left) return this.#flights.wait(flight, signal);
    const late = () => new DeadlineExceededError(`${flight.key}: no answer within ${formatDuration(ms)}.`, { ref: flight.key, hint: 'Check that the source can be reached, or wait longer with the timeout option.' });
    const limit = limitTime(this.#clock, ms, late, signal);
    return this.#flights.wait(flight, limit.signal).finally(() => {
      limit.done();
    });
  }

  #start(want: Want, reason: Reason, read = (options: ReadOptions) => this.#source.get(want.document, options), isBackground = false): Flight<Secret> {
    return this.#flights.start(
      { key: want.documentText, name: want.ref.name, isBackground },
      read,
      (flight, outcome) => this.#landing.settle(flight, want, reason, outcome),
    );
  }

  #startBefore(want: Want, index: number): Flight<Secret> {
    return this.#flights.start(
      { key: `${want.documentText} <${index}`, name: want.ref.name },
      (options) => this.#source.get(want.document, options, index),
      (flight, outcome) => {
        if (outcome.error === undefined && outcome.value === undefined) throw new AbsentBefore();
        return this.#landing.settle(flight, want, 'miss', outcome);
      },
    );
  }

  /** A valid, fresh entry that is young enough. */
  #fresh(text: string, maxAge: number): Entry | undefined {
    const entry = this.#cache.find(this.#scope, text);
    if (!entry || this.#life.now() >= entry.freshUntil) return undefined;
    return maxAge === Infinity || (maxAge > 0 && entry.secret.ageMs <= maxAge) ? entry : undefined;
  }

  #absent(want: Want, maxAge: number): SecretNotFoundError | undefined {
    if (maxAge !== Infinity) {
      const since = this.#cache.absentSince(this.#scope, want.documentText);
      if (since === undefined || maxAge === 0 || this.#life.now() - since > maxAge) return undefined;
    }
    return this.#cache.absent(this.#scope, want.documentText);
  }

  #isNeeded(want: Want): boolean {
    if (this.#fresh(want.documentText, Infinity) || this.#cache.absentSince(this.#scope, want.documentText) !== undefined) return false;
    return !this.#coverNow(want, noLimits, false) && !this.#flights.joinable(want.documentText);
  }

  /** What may be given without asking the source: a detour, or the stale value during a cool-down. */
  #coverNow(want: Want, limits: Limits, tell = true): Secret | undefined {
    const entry = this.#cache.find(this.#scope, want.documentText);
    const now = this.#life.now();
    if (!entry || now < entry.freshUntil || !isCooling(entry.outage, now) || !this.#covers(entry, limits, now)) return undefined;
    return tell ? this.#cover(entry, limits, now) : entry.secret;
  }

  #covers(entry: Entry, { maxAge }: Limits, now: number): boolean {
    if (detourOf(entry, maxAge, now)) return true;
    return now >= entry.freshUntil && now < entry.staleUntil && (maxAge === Infinity || (maxAge > 0 && entry.secret.ageMs <= maxAge));
  }

  #cover(entry: Entry, { maxAge }: Limits, now: number): Secret {
    this.#recency.touch(entry);
    const detour = detourOf(entry, maxAge, now);
    if (detour) return detour;
    const { ref, provider, ageMs } = entry.secret;
    this.#events.emit('stale', { ref, provider, ageMs, code: entry.outage?.code ?? 'PROVIDER_UNAVAILABLE' });
    return entry.outage?.stale ?? new Secret(entry.secret, { stale: true });
  }

  /** Serves a fresh entry by the long way, and begins to read it again when its end is near. */
  #give(entry: Entry, want: Want): Secret {
    const secret = this.#cut(entry, want);
    this.#hit(entry);
    const now = this.#life.now();
    if (now >= entry.quietUntil && !isCooling(entry.outage, now)) {
      entry.quiet(entry.freshUntil);
      if (!this.#flights.joinable(want.documentText)) this.#start(want, 'refresh', undefined, true);
    }
    return secret;
  }

  #hit(entry: Entry): void {
    this.#hits++;
    this.#recency.touch(entry);
    this.#events.hit?.(entry.about);
  }

  /** What was asked of a document: itself, or its field, remembered when the document is kept. */
  #field(secret: Secret, want: Want): Secret {
    if (want.ref.field === undefined) return secret;
    const entry = this.#cache.find(this.#scope, want.documentText);
    return entry?.secret === secret ? this.#cut(entry, want) : secret.field(want.ref.field);
  }

  #cut(entry: Entry, want: Want): Secret {
    const { field } = want.ref;
    if (field === undefined) return entry.secret;
    const slot = this.#slots.get(want.text);
    if (slot?.entry === entry) return slot.secret;
    try {
      return this.#cache.putField(entry, want.text, entry.secret.field(field)).secret;
    } catch (error) {
      if (isKeyturnError(error) && error.code === 'INVALID_SECRET') this.#cutShort(entry);
      throw error;
    }
  }

  /** A document that does not parse is kept no longer than an absence: it is about to be mended. */
  #cutShort(entry: Entry): void {
    const end = Math.floor(this.#life.now() + this.#cache.negativeTtl);
    entry.live({
      quietUntil: Math.min(entry.quietUntil, end),
      freshUntil: Math.min(entry.freshUntil, end),
      staleUntil: Math.min(entry.staleUntil, end),
    });
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

/** No provider before the one that answers the field has the document. */
class AbsentBefore extends SecretNotFoundError {
  constructor() {
    super('No earlier provider has it.');
  }
}

function detourOf({ outage }: Entry, maxAge: number, now: number): Secret | undefined {
  const detour = outage?.detour;
  return detour && now < detour.until && (maxAge === Infinity || (maxAge > 0 && detour.secret.ageMs <= maxAge)) ? detour.secret : undefined;
}

function closed(): ClosedError {
  return new ClosedError('These secrets are closed.', { hint: 'Create new ones with createSecrets().' });
}
