/** Where secrets are kept: entries in recency order, absent ones in a pool of their own, and three ways to forget. In memory only. */
import { type Clock, type Duration, parseDuration, systemClock } from '../core/clock.ts';
import type { SecretNotFoundError } from '../core/errors.ts';
import { checkKeys } from '../core/provider.ts';
import { formatDocument } from '../core/ref.ts';
import type { Secret } from '../core/secret.ts';
import { Entry, freshUntilOf, type Lifetime, Scope, Slot, staleUntilOf } from './entry.ts';
import { LifeClock } from './bookkeeping.ts';
import { LruList } from './recency.ts';
import { checkMaxEntries, checkSweepInterval, sweepEvery, TtlCache } from './ttl-cache.ts';

export interface SecretCacheOptions {
  /** At most so many documents; a new one then takes the place of the least recently used. Default 1,000. */
  readonly maxEntries?: number | undefined;
  /** How long an absent secret is remembered as absent. Default `'5s'`; `0` never. */
  readonly negativeTtl?: Duration | undefined;
  /** How often values past every limit are removed without being read. Default `'60s'`. */
  readonly sweepInterval?: Duration | undefined;
  readonly clock?: Clock | undefined;
}

const mostAbsent = 1_000;
/** So many fields of one document are remembered by their text; one more and they are cut anew. */
const mostFields = 32;

export type Evicted = (secret: Secret) => void;

/** One cache may serve several `createSecrets`: entries never cross from one chain of providers to another. */
export class SecretCache {
  readonly clock: LifeClock;
  readonly maxEntries: number;
  readonly negativeTtl: number;
  readonly recency: LruList<Entry>;
  readonly #scopes = new Map<string, Scope>();
  readonly #absent: TtlCache<SecretNotFoundError>;
  readonly #sweepInterval: Duration;
  readonly #systemClock: Clock;
  #sweep: AbortController | undefined;
  #scopeIds = 0;
  #evictions = 0;

  /** @throws ConfigurationError naming the option that is wrong */
  constructor(options: SecretCacheOptions = {}) {
    checkKeys('SecretCache', options, ['maxEntries', 'negativeTtl', 'sweepInterval', 'clock']);
    const { maxEntries = 1_000, negativeTtl = '5s', sweepInterval = '60s', clock = systemClock } = options;
    this.maxEntries = checkMaxEntries(maxEntries, 'maxEntries');
    this.negativeTtl = parseDuration(negativeTtl, 'negativeTtl');
    this.recency = new LruList<Entry>(this.maxEntries);
    this.clock = new LifeClock(clock);
    this.#absent = new TtlCache({ ttl: negativeTtl, maxEntries: mostAbsent, clock });
    this.#systemClock = clock;
    this.#sweepInterval = checkSweepInterval(sweepInterval);
  }

  /** The scope of the chain with this identity; give it back with `leave`. */
  enter(identity: string): Scope {
    let scope = this.#scopes.get(identity);
    if (!scope) {
      scope = new Scope(++this.#scopeIds, this.clock, this.recency, this.maxEntries, (entry) => {
        if (this.#claim(entry) || this.#isPast(entry)) this.remove(entry);
      });
      this.#scopes.set(identity, scope);
    }
    scope.users++;
    if (!this.#sweep) this.#startSweep();
    return scope;
  }

  /** The last to leave a scope takes its entries along; the last of all ends the sweep. */
  leave(identity: string): void {
    const scope = this.#scopes.get(identity);
    if (!scope || --scope.users > 0) return;
    this.#scopes.delete(identity);
    if (this.#scopes.size > 0) {
      // In slices: others go on reading.
      void scope.reclaim.invalidate('');
      return;
    }
    scope.slots.clear();
    this.recency.clear();
    this.#sweep?.abort();
    this.#sweep = undefined;
    this.#absent.clear();
  }

  /** A valid entry, fresh or not; one past every limit is removed and not given. */
  find(scope: Scope, text: string): Entry | undefined {
    const entry = scope.slots.get(text)?.entry;
    if (entry?.text !== text) return undefined;
    if (!this.#claim(entry) && !this.#isPast(entry)) return entry;
    this.remove(entry);
    return undefined;
  }

  /** Keeps `secret`, in place of what stood there; only a new key makes the least recently used one leave. */
  put(scope: Scope, text: string, secret: Secret, times: Lifetime, evicted: Evicted): Entry {
    const present = scope.slots.get(text)?.entry;
    if (present?.text === text) {
      if (!this.#claim(present)) {
        this.#forgetFields(present);
        const { slot, place } = present;
        slot.drop();
        present.slot = new Slot(text, present, place, secret);
        scope.slots.set(text, present.slot);
        present.live(times);
        present.epoch = scope.reclaim.epoch;
        present.outage = undefined;
        this.recency.touch(present.place);
        return present;
      }
      this.remove(present);
    }
    while (this.recency.size >= this.maxEntries) {
      const oldest = this.recency.oldest as Entry;
      const isForgotten = this.#claim(oldest);
      const { secret: left } = oldest;
      this.remove(oldest);
      if (!isForgotten) {
        this.#evictions++;
        evicted(left);
      }
    }
    // A field of a document may stand where a provider now answers that field on its own.
    const displaced = scope.slots.get(text);
    if (displaced) this.#forgetField(displaced);
    const entry = new Entry(scope, text, secret);
    scope.slots.set(text, entry.slot);
    this.recency.add(entry);
    entry.live(times);
    entry.epoch = scope.reclaim.epoch;
    const { name } = secret.ref;
    if (text !== formatDocument({ name })) {
      const variants = scope.variants.get(name);
      if (variants) variants.add(text);
      else scope.variants.set(name, new Set([text]));
    }
    return entry;
  }

  /** Remembers one field of `entry` by the text that asked for it. */
  putField(entry: Entry, text: string, secret: Secret): Slot {
    const slot = new Slot(text, entry, entry.place, secret);
    const present = entry.home.slots.get(text)?.entry;
    if (present?.text === text) this.remove(present);
    if (entry.fields && entry.fields.length >= mostFields) this.#forgetFields(entry);
    entry.home.slots.set(text, slot);
    (entry.fields ??= []).push(slot);
    return slot;
  }

  remove(entry: Entry): void {
    if (entry.place === 0) return;
    const { home, slot, text } = entry;
    const { name } = entry.secret.ref;
    this.#forgetFields(entry);
    if (home.slots.get(text) === slot) home.slots.delete(text);
    this.recency.remove(entry);
    slot.drop();
    const variants = home.variants.get(name);
    if (variants?.delete(text) && variants.size === 0) home.variants.delete(name);
  }

  /** Forgets the name with all its fields and versions; answers how many documents there were. */
  removeName(scope: Scope, name: string): number {
    this.#absent.clear();
    let count = 0;
    for (const text of [formatDocument({ name }), ...(scope.variants.get(name) ?? [])]) {
      const entry = this.find(scope, text);
      if (!entry) continue;
      this.remove(entry);
      count++;
    }
    return count;
  }

  /** Forgets what begins with `prefix`, of `provider` if given: in force now, counted when the memory is back. */
  removePrefix(scope: Scope, prefix: string, provider: string | undefined): Promise<number> {
    this.#absent.clear();
    return scope.reclaim.invalidate(prefix, provider);
  }

  absent(scope: Scope, text: string): SecretNotFoundError | undefined {
    return this.#absent.get(`${scope.id} ${text}`);
  }

  /** When the absence was found, an instant of the clock's `now`. */
  absentSince(scope: Scope, text: string): number | undefined {
    return this.#absent.createdAt(`${scope.id} ${text}`);
  }

  putAbsent(scope: Scope, text: string, error: SecretNotFoundError): void {
    this.#absent.set(`${scope.id} ${text}`, error);
  }

  removeAbsent(scope: Scope, text: string): void {
    this.#absent.delete(`${scope.id} ${text}`);
  }

  stats(): { entries: number; fresh: number; stale: number; expired: number; evictions: number } {
    const now = this.clock.now();
    let fresh = 0;
    let stale = 0;
    this.recency.each((place) => {
      if (freshUntilOf(this.recency, place) > now) fresh++;
      else if (staleUntilOf(this.recency, place) > now) stale++;
    });
    const entries = this.recency.size;
    return { entries, fresh, stale, expired: entries - fresh - stale, evictions: this.#evictions };
  }

  #startSweep(): void {
    this.#sweep = new AbortController();
    sweepEvery(this.#sweepInterval, this.#systemClock, this.#sweep.signal, () => {
      for (const scope of this.#scopes.values()) scope.reclaim.run();
    });
  }

  #claim(entry: Entry): boolean {
    return entry.home.reclaim.claim(entry, entry.secret.ref.name, entry.secret.provider);
  }

  /** Past every limit: neither fresh nor usable in an outage. */
  #isPast(entry: Entry): boolean {
    return this.clock.now() >= Math.max(entry.freshUntil, entry.staleUntil);
  }

  #forgetField(slot: Slot): void {
    const { fields } = slot.entry;
    if (fields) slot.entry.fields = fields.filter((each) => each !== slot);
    slot.drop();
  }

  #forgetFields(entry: Entry): void {
    if (!entry.fields) return;
    for (const slot of entry.fields) {
      if (entry.home.slots.get(slot.text) === slot) entry.home.slots.delete(slot.text);
      slot.drop();
    }
    entry.fields = undefined;
  }
}
