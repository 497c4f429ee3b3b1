/**
 * One read by the long way: kept, joined or begun; and what covers for it when the source cannot be asked.
 *
 * The rules are:
 * - A document is kept once, and fields are cut from it; a field that a provider answers on its own is an entry of its own,
 *   and is asked for before the document of any later provider is used.
 * - A value past its time is given only while its source cannot be asked, marked, and not past `staleIfError`.
 */
import { type Clock, formatDuration, limitTime, unlessAborted } from '../core/clock.ts';
import { DeadlineExceededError, isKeyturnError, isUnavailable, type KeyturnError, SecretNotFoundError } from '../core/errors.ts';
import type { Emitter } from '../core/events.ts';
import type { ReadOptions } from '../core/provider.ts';
import { Secret } from '../core/secret.ts';
import type { Source } from '../core/source.ts';
import { beginCoolDown, detourOf, type Entry, isCooling, isRecent, patience, type Scope } from './entry.ts';
import { Batch, type Flight, Flights } from './flights.ts';
import { Landing, type Reason } from './landing.ts';
import type { LifeClock } from './bookkeeping.ts';
import { type Lifetimes, type Limits, noLimits } from './lifetime.ts';
import type { SecretCache } from './secret-cache.ts';
import type { Want } from '../core/ref.ts';

export interface ReadingOptions {
  readonly source: Source;
  readonly cache: SecretCache;
  readonly lifetimes: Lifetimes;
  readonly events: Emitter;
  readonly clock: Clock;
  /** How long a flight may take, and by default a caller waits, in ms. */
  readonly deadline: number;
}

interface Start {
  /** Instead of reading the source by itself. */
  readonly read?: (options: ReadOptions) => Promise<Secret | undefined>;
  readonly isBackground?: boolean;
  /** What is in memory will do if its source says that it is still current. */
  readonly mayCheck?: boolean;
}

export class Reading {
  readonly counts = { misses: 0, negativeHits: 0 };
  readonly #source: Source;
  readonly #cache: SecretCache;
  readonly #scope: Scope;
  readonly #events: Emitter;
  readonly #clock: Clock;
  readonly #life: LifeClock;
  readonly #deadline: number;
  readonly #flights: Flights<Secret | undefined, Secret>;
  readonly #landing: Landing;
  readonly #lifetimes: Lifetimes;
  readonly #hit: (entry: Entry) => void;

  /** @param hit counts and tells a hit */
  constructor({ source, cache, lifetimes, events, clock, deadline }: ReadingOptions, scope: Scope, hit: (entry: Entry) => void) {
    this.#source = source;
    this.#cache = cache;
    this.#scope = scope;
    this.#events = events;
    this.#clock = clock;
    this.#life = cache.clock;
    this.#deadline = deadline;
    this.#lifetimes = lifetimes;
    this.#flights = new Flights<Secret | undefined, Secret>(clock, deadline, cache.clock);
    this.#landing = new Landing(cache, scope, lifetimes, events);
    this.#hit = hit;
  }

  async read(want: Want, limits: Limits): Promise<Secret> {
    const own = this.own(want);
    if (own) return this.#readOwn(want, own.secret, own.index, limits);
    const entry = this.fresh(want.documentText, limits.maxAge);
    if (entry) return this.#give(entry, want);
    const absent = this.#absent(want, limits.maxAge);
    if (absent) {
      this.counts.negativeHits++;
      throw absent;
    }
    this.counts.misses++;
    const cover = this.#coverNow(want, limits);
    if (cover) return this.#field(cover, want);
    if (limits.maxAge === 0) return this.refresh(want, limits);
    return this.#land(
      this.#flights.joinable(want.documentText, this.#since(limits)) ?? this.#start(want, 'miss', { mayCheck: limits.maxAge === Infinity }),
      want,
      limits,
    );
  }

  /** Reads now; what is kept stays until that has succeeded. */
  async refresh(want: Want, limits: Limits): Promise<Secret> {
    const own = this.own(want);
    if (own) return this.#readOwn(want, own.secret, own.index, { ...limits, maxAge: 0 });
    const flight = this.#flights.turn(want.documentText, () => this.#start(want, 'refresh'));
    return this.#field(await (flight instanceof Promise ? this.#waitForTurn(flight, want, limits) : this.#wait(flight, limits, this.#deadline)), want);
  }

  /** Reads each that is not fresh, or all, in one batch where the source can. All are in the air before the batch leaves. */
  prefetch(wants: readonly Want[], force: boolean): Promise<Secret>[] {
    const needed = new Map<string, Want>();
    for (const want of wants) if (!this.own(want) && (force || this.#isNeeded(want))) needed.set(want.documentText, want);
    const flights = new Map<string, Flight<Secret>>();
    const batch =
      needed.size < 2
        ? undefined
        : new Batch(
            this.#source,
            Array.from(needed.values(), ({ document }) => document),
          );
    for (const [index, want] of [...needed.values()].entries()) {
      flights.set(want.documentText, this.#start(want, force ? 'refresh' : 'miss', batch && { read: (options) => batch.read(index, options) }));
    }
    return wants.map((want) => {
      const flight = flights.get(want.documentText);
      if (!flight) return this.read(want, noLimits);
      this.counts.misses++;
      return this.#land(flight, want, noLimits);
    });
  }

  /** Reads under way of what `concerns` picks are joined by nobody from now on, and their results are not kept. */
  outdate(concerns: (name: string) => boolean): void {
    this.#flights.outdate(({ name }) => concerns(name));
  }

  get flights(): number {
    return this.#flights.size;
  }

  abort(reason: Error): void {
    this.#flights.abort(reason);
  }

  /** A field that a provider answers on its own. Providers before that one come first, with their whole document. */
  async #readOwn(want: Want, secret: Secret, index: number, limits: Limits): Promise<Secret> {
    const document = this.fresh(want.documentText, limits.maxAge);
    if (document && this.#source.indexOf(document.secret.provider) < index) return this.#give(document, want);
    const kept = this.fresh(want.text, limits.maxAge);
    if (kept) {
      const { secret: value } = kept;
      this.#hit(kept);
      return value;
    }
    this.counts.misses++;
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

  #keepOwn(want: Want, secret: Secret): Secret {
    const { entry, told } = this.#landing.keep(secret, want.text);
    // Nothing to read ahead: the provider is asked on the spot each time.
    entry?.quiet(entry.freshUntil);
    this.#events.emit('miss', { ref: want.ref, provider: secret.provider, durationMs: 0, found: true });
    this.#landing.tell(told);
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
      if (!kept || !this.#covers(kept, limits, later)) {
        // What would have covered ended while the reader was held up for a moment: now the probe is worth the wait.
        if (isKnownOutage && limits.timeout > patience) return this.#field(await this.#wait(flight, limits, this.#deadline), want);
        throw error;
      }
      if (!kept.outage) beginCoolDown(kept, (error as KeyturnError).code as string, later);
      return this.#field(this.#cover(kept, limits, later), want);
    }
  }

  async #waitForTurn(turn: Promise<Flight<Secret>>, want: Want, { timeout, signal }: Limits): Promise<Secret> {
    const ms = Math.min(timeout, this.#deadline);
    const limit = limitTime(this.#clock, ms, () => late(want.documentText, ms), signal);
    try {
      return await this.#flights.wait(await unlessAborted(turn, limit.signal), limit.signal);
    } finally {
      limit.done();
    }
  }

  #wait(flight: Flight<Secret>, { timeout, signal }: Limits, most: number): Promise<Secret> {
    const left = flight.startedAt + this.#deadline - this.#clock.now();
    const ms = Math.min(timeout, most);
    // The flight's own deadline comes first: no second timer.
    if (ms >= left) return this.#flights.wait(flight, signal);
    const limit = limitTime(this.#clock, ms, () => late(flight.key, ms), signal);
    return this.#flights.wait(flight, limit.signal).finally(() => {
      limit.done();
    });
  }

  /** A flight begun earlier would bring an answer older than the caller allows. */
  #since({ maxAge }: Limits): number {
    return maxAge === 0 ? Infinity : this.#clock.now() - maxAge;
  }

  #start(want: Want, reason: Reason, { read, isBackground = false, mayCheck = false }: Start = {}): Flight<Secret> {
    const known = mayCheck ? this.#checkable(want) : undefined;
    return this.#flights.start(
      { key: want.documentText, name: want.ref.name, isBackground, isRefresh: reason === 'refresh' && !isBackground, isCheck: known !== undefined },
      read ?? ((options) => this.#source.get(want.document, options, { known })),
      (flight, outcome) => this.#landing.settle(flight, want, reason, outcome),
    );
  }

  /** What is in memory, if its provider can be asked whether it changed, instead of being read. */
  #checkable({ documentText }: Want): Secret | undefined {
    const secret = this.#cache.find(this.#scope, documentText)?.secret;
    return secret && this.#source.checksVersions(secret.provider) && this.#lifetimes.mayCheck(secret) ? secret : undefined;
  }

  #startBefore(want: Want, index: number): Flight<Secret> {
    return this.#flights.start(
      { key: `${want.documentText} <${index}`, document: want.documentText, name: want.ref.name },
      (options) => this.#source.get(want.document, options, { before: index }),
      (flight, outcome) => {
        if (outcome.error === undefined && outcome.value === undefined) throw new AbsentBefore();
        return this.#landing.settle(flight, want, 'miss', outcome);
      },
    );
  }

  /** A valid, fresh entry that is young enough. */
  fresh(text: string, maxAge: number): Entry | undefined {
    const entry = this.#cache.find(this.#scope, text);
    if (!entry || this.#life.now() >= entry.freshUntil) return undefined;
    return maxAge === Infinity || (maxAge > 0 && entry.secret.ageMs <= maxAge) ? entry : undefined;
  }

  own(want: Want): ReturnType<Source['fieldOf']> {
    return want.ref.field === undefined ? undefined : this.#source.fieldOf(want.ref);
  }

  #absent(want: Want, maxAge: number): SecretNotFoundError | undefined {
    if (maxAge !== Infinity) {
      const since = this.#cache.absentSince(this.#scope, want.documentText);
      if (since === undefined || maxAge === 0 || this.#life.now() - since > maxAge) return undefined;
    }
    return this.#cache.absent(this.#scope, want.documentText);
  }

  #isNeeded(want: Want): boolean {
    if (this.fresh(want.documentText, Infinity) || this.#cache.absentSince(this.#scope, want.documentText) !== undefined) return false;
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
    this.#cache.recency.touch(entry.place);
    const detour = detourOf(entry, maxAge, now);
    if (detour) return detour;
    const { ref, provider, ageMs } = entry.secret;
    const stale = entry.outage?.stale ?? new Secret(entry.secret, { stale: true });
    this.#events.emit('stale', { ref, provider, ageMs, code: entry.outage?.code ?? 'PROVIDER_UNAVAILABLE' });
    return stale;
  }

  /** Serves a fresh entry by the long way, and begins to read it again when its end is near. */
  #give(entry: Entry, want: Want): Secret {
    const secret = this.cut(entry, want);
    const now = this.#life.now();
    if (now >= entry.quietUntil && !isCooling(entry.outage, now)) {
      entry.quiet(entry.freshUntil);
      if (!this.#flights.joinable(want.documentText)) this.#start(want, 'refresh', { isBackground: true, mayCheck: true });
    }
    this.#hit(entry);
    return secret;
  }

  /** What was asked of a document: itself, or its field, remembered when the document is kept. */
  #field(secret: Secret, want: Want): Secret {
    if (want.ref.field === undefined) return secret;
    const entry = this.#cache.find(this.#scope, want.documentText);
    return entry?.secret === secret ? this.cut(entry, want) : secret.field(want.ref.field);
  }

  cut(entry: Entry, want: Want): Secret {
    const { field } = want.ref;
    if (field === undefined) return entry.secret;
    const slot = this.#scope.slots.get(want.text);
    if (slot?.entry === entry) return slot.secret;
    try {
      return this.#cache.putField(entry, want.text, entry.secret.field(field)).secret;
    } catch (error) {
      // It is about to be mended: kept no longer than an absence.
      if (isKeyturnError(error) && error.code === 'INVALID_SECRET') entry.endBy(Math.floor(this.#life.now() + this.#cache.negativeTtl));
      throw error;
    }
  }
}

function late(ref: string, ms: number): DeadlineExceededError {
  return new DeadlineExceededError(`${ref}: no answer within ${formatDuration(ms)}.`, {
    ref,
    hint: 'Check that the source can be reached, or wait longer with the timeout option.',
  });
}

/** No provider before the one that answers the field has the document. */
class AbsentBefore extends SecretNotFoundError {
  constructor() {
    super('No earlier provider has it.');
  }
}
