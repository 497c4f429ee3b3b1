/**
 * What the end of a read means to the cache: keep, drop, or leave alone for a while; and what is told about it.
 *
 * Two reads of one secret may overlap (a refresh does not wait for a read under way), and then neither start nor end tells which of two
 * different answers is the newer one. The first that lands is kept; a second that disagrees takes it away, so that the next read decides.
 */
import { isUnavailable, type KeyturnError, SecretNotFoundError } from '../core/errors.ts';
import type { Emitter, Events } from '../core/events.ts';
import type { Secret } from '../core/secret.ts';
import { beginCoolDown, type Entry, type Scope } from './entry.ts';
import type { Flight, Outcome } from './flights.ts';
import type { Lifetimes } from './lifetime.ts';
import type { SecretCache } from './secret-cache.ts';
import type { Want } from '../core/ref.ts';

/** Why the source was read: nothing usable was kept, or what was kept is read again. */
export type Reason = 'miss' | 'refresh';

/** An event that waits until the cache is as it says. */
type Told = { [K in 'rotate' | 'evict']: [name: K, event: Events[K]] }['rotate' | 'evict'];

export class Landing {
  readonly #cache: SecretCache;
  readonly #scope: Scope;
  readonly #lifetimes: Lifetimes;
  readonly #events: Emitter;

  constructor(cache: SecretCache, scope: Scope, lifetimes: Lifetimes, events: Emitter) {
    this.#cache = cache;
    this.#scope = scope;
    this.#lifetimes = lifetimes;
    this.#events = events;
  }

  /** Called once for each flight, before those who wait are told. Gives them the secret, or throws what they get. */
  settle(flight: Flight<Secret>, want: Want, reason: Reason, { value, error, durationMs }: Outcome<Secret | undefined>): Secret {
    const about = { ref: want.document, durationMs };
    if (error !== undefined) throw this.#failed(flight, want, error as KeyturnError, durationMs);
    if (value === undefined) {
      const absent = this.#absent(flight, want);
      this.#events.emit('miss', { ...about, provider: undefined, found: false });
      throw absent;
    }
    let later: Told[] = [];
    // Whoever called refresh() may rely on what it gave, although an invalidation came between.
    if (flight.isOutdated ? reason === 'refresh' : flight.isOverlapped) this.#compare(value, want);
    else if (!flight.isOutdated) later = this.keep(value, want.documentText).told;
    if (value.confirmed) this.#events.emit('unchanged', { ...about, provider: value.provider });
    else if (reason === 'miss') this.#events.emit('miss', { ...about, provider: value.provider, found: true });
    else this.#events.emit('refresh', { ...about, provider: value.provider });
    this.tell(later);
    return value;
  }

  /**
   * Keeps `secret` under `text`, unless nothing of it may be kept. What that did is told by `tell`, when all is done: a listener that
   * invalidates or reads finds the cache as it is now.
   */
  keep(secret: Secret, text: string): { readonly entry?: Entry; readonly told: Told[] } {
    const now = this.#cache.clock.now();
    const present = this.#cache.find(this.#scope, text);
    this.#cache.removeAbsent(this.#scope, text);
    const times = this.#lifetimes.of(secret, now);
    if (secret.fallback && present && !present.secret.fallback) {
      // A detour never takes the place of the first provider's value: it stands beside it for a while.
      beginCoolDown(present, 'PROVIDER_UNAVAILABLE', now);
      if (present.outage && times) present.outage = { ...present.outage, detour: { secret, until: times.freshUntil } };
      return { told: [] };
    }
    if (!times) {
      if (present) this.#cache.remove(present);
      return { told: [] };
    }
    const told: Told[] = [];
    const { provider } = secret;
    const from = present?.secret.version;
    if (present && from !== secret.version) told.push(['rotate', { ref: secret.ref, provider, from, to: secret.version }]);
    const entry = this.#cache.put(this.#scope, text, secret, times, (left) => told.push(['evict', { ref: left.ref, provider: left.provider }]));
    return { entry, told };
  }

  tell(told: readonly Told[]): void {
    for (const [name, event] of told) this.#events.emit(name, event as never);
  }

  /** All who were asked are healthy and have it not, the entry's own source among them: revocation wins. */
  #absent(flight: Flight<unknown>, want: Want): SecretNotFoundError {
    const error = new SecretNotFoundError(`${want.documentText}: no provider has it.`, {
      ref: want.documentText,
      hint: `See what each said: keyturn explain '${want.documentText}'.`,
    });
    if (flight.isOutdated) return error;
    const present = this.#cache.find(this.#scope, want.documentText);
    if (present) this.#cache.remove(present);
    if (!flight.isOverlapped) this.#cache.putAbsent(this.#scope, want.documentText, error);
    return error;
  }

  #failed(flight: Flight<unknown>, want: Want, error: KeyturnError, durationMs: number): KeyturnError {
    if ((error.code as string) !== 'CLOSED') this.#events.emit('error', { ref: want.document, provider: error.provider, durationMs, error });
    const present = flight.isOutdated ? undefined : this.#cache.find(this.#scope, want.documentText);
    // A refusal says that there may be something after all.
    if (!isUnavailable(error)) this.#cache.removeAbsent(this.#scope, want.documentText);
    if (!present) return error;
    if (isUnavailable(error)) {
      // Another read was answered meanwhile: the source is there.
      if (!flight.isOverlapped) beginCoolDown(present, error.code as string, this.#cache.clock.now());
    }
    // Another provider's refusal says nothing about this value.
    else if ((error.code as string) === 'ACCESS_DENIED' && error.provider === present.secret.provider) this.#cache.remove(present);
    return error;
  }

  #compare(secret: Secret, { documentText }: Want): void {
    const present = this.#cache.find(this.#scope, documentText);
    if (present && !secret.equals(present.secret)) this.#cache.remove(present);
    this.#cache.removeAbsent(this.#scope, documentText);
  }
}
