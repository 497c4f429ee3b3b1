/** How long what is read may be used: the settings of one secret, of its provider and of the cache, brought to three instants. */
import { type Duration, formatDuration, parseDuration } from '../core/clock.ts';
import { ConfigurationError } from '../core/errors.ts';
import { checkKeys, checkKind, type ProviderSettings } from '../core/provider.ts';
import { documentOf, formatDocument, formatRef, parseRef, type SecretRef } from '../core/ref.ts';
import type { Secret } from '../core/secret.ts';
import type { Lifetime } from './entry.ts';

export interface SecretSettings {
  readonly ttl?: Duration | undefined;
  readonly staleIfError?: Duration | undefined;
}

export interface LifetimeOptions {
  /** Default `'5m'`; `0`: never kept; `'none'`: until invalidated. Up to 10 % of it is taken off at random. */
  readonly ttl?: Duration | undefined;
  /** How long past its ttl a value may cover an outage of its source. Default `'1h'`. */
  readonly staleIfError?: Duration | undefined;
  /** Lower and upper bound for every positive ttl; off by default. */
  readonly minTtl?: Duration | undefined;
  readonly maxTtl?: Duration | undefined;
  /** A value that version checks keep is read again after this, so that a revoked right to read it is noticed. Default `'1h'`. */
  readonly rereadAfter?: Duration | undefined;
  /** Settings of single secrets, by reference. The strictest field governs the document it is part of. */
  readonly secrets?: Readonly<Record<string, SecretSettings>> | undefined;
  /** Spreads the ends of lifetimes. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/** The largest part of a ttl that jitter takes off: a fleet that started together must not expire together. */
const jitter = 0.1;
/** Refresh-ahead begins after this part of a ttl. */
const refreshAhead = 0.8;
/** An answer from a later provider, while an earlier one cannot be reached, is kept no longer. */
export const longestDetour = 30_000;

interface Times {
  readonly ttl: number | undefined;
  readonly staleIfError: number | undefined;
}

export type Clamped = (setting: string, from: number, to: number) => void;

export class Lifetimes {
  readonly ttl: number;
  /** Tells these settings from others: a cache's entries are shared by readers of the same settings only. */
  readonly identity: string;
  readonly #staleIfError: number;
  readonly #minTtl: number;
  readonly #maxTtl: number;
  readonly #rereadAfter: number;
  readonly #own = new Map<string, Times>();
  /** Of a document, the settings of its fields. */
  readonly #fields = new Map<string, Times[]>();
  readonly #providers = new Map<string, Times>();
  readonly #random: () => number;
  readonly #clamped: Clamped;
  readonly #reported = new Set<string>();

  /** @throws ConfigurationError naming the setting that is wrong */
  constructor(options: LifetimeOptions, providers: readonly (ProviderSettings & { readonly name: string })[], clamped: Clamped) {
    this.#random = options.random ?? Math.random;
    this.identity = JSON.stringify([options.ttl, options.staleIfError, options.minTtl, options.maxTtl, options.rereadAfter, options.secrets]);
    checkKind('random', options.random, typeof options.random === 'function', 'a function');
    checkKind('secrets', options.secrets, typeof options.secrets === 'object' && options.secrets !== null, 'an object of references');
    this.#clamped = clamped;
    this.#minTtl = parseDuration(options.minTtl ?? 0, 'minTtl');
    this.#maxTtl = parseDuration(options.maxTtl ?? 'none', 'maxTtl');
    if (this.#minTtl > this.#maxTtl) {
      throw new ConfigurationError(`minTtl (${formatDuration(this.#minTtl)}) is longer than maxTtl (${formatDuration(this.#maxTtl)}).`, {
        hint: 'Raise maxTtl or lower minTtl.',
      });
    }
    this.ttl = parseDuration(options.ttl ?? '5m', 'ttl');
    this.#rereadAfter = parseDuration(options.rereadAfter ?? '1h', 'rereadAfter');
    this.#staleIfError = parseDuration(options.staleIfError ?? '1h', 'staleIfError');
    for (const provider of providers) this.#providers.set(provider.name, timesOf(provider, provider.name));
    for (const [text, settings] of Object.entries(options.secrets ?? {})) {
      const ref = parseRef(text);
      checkKeys(`secrets["${text}"]`, settings, ['ttl', 'staleIfError']);
      const times = timesOf(settings, `secrets["${text}"]`);
      this.#own.set(formatRef(ref), times);
      if (ref.field === undefined) continue;
      const document = formatDocument(ref);
      this.#fields.set(document, [...(this.#fields.get(document) ?? []), times]);
    }
  }

  /** The times of `secret`, which is as old at `now` as it says; `undefined` when it must not be kept. */
  of(secret: Secret, now: number): Lifetime | undefined {
    const { ttl, staleIfError } = this.#timesOf(secret);
    if (ttl === 0) return undefined;
    const { ageMs } = secret;
    const read = now - ageMs;
    // A check begins a new life; but a check is not a read, so no number of them lasts past the next read that is due.
    const born = secret.confirmed ? now : read;
    const bound = Math.min(secret.fallback ? read + longestDetour : Infinity, secret.confirmed ? read + this.#rereadAfter : Infinity);
    const changesAt = changeOf(secret, now);
    const life = Math.min(born + ttl, bound, changesAt) - born;
    const jittered = life === Infinity ? life : life * (1 - jitter * this.#random());
    const freshUntil = whole(born + jittered);
    return {
      // Read ahead of its change it would be the same once more.
      quietUntil: life === Infinity || born + life === changesAt ? freshUntil : whole(born + jittered * refreshAhead),
      freshUntil,
      staleUntil: secret.fallback ? freshUntil : whole(freshUntil + staleIfError),
    };
  }

  /** Whether a check may still stand in for reading it; a read is due before the limit, so that nobody waits for it. */
  mayCheck(secret: Secret): boolean {
    return !secret.fallback && secret.ageMs < this.#rereadAfter * refreshAhead;
  }

  /** Own settings come before the provider's, those before the cache's; then the strictest of the document's fields. */
  #timesOf(secret: Secret): { ttl: number; staleIfError: number } {
    const provider = this.#providers.get(secret.provider);
    const inherited = this.#settings(documentOf(secret.ref));
    let ttl = inherited?.ttl ?? provider?.ttl ?? this.ttl;
    let staleIfError = inherited?.staleIfError ?? provider?.staleIfError ?? this.#staleIfError;
    for (const times of this.#stricter(secret.ref)) {
      ttl = Math.min(ttl, times.ttl ?? Infinity);
      staleIfError = Math.min(staleIfError, times.staleIfError ?? Infinity);
    }
    return { ttl: this.#clamp(ttl), staleIfError };
  }

  /** Settings written for a name hold for all its versions, whichever provider is asked; those written more exactly come first. */
  #settings(ref: SecretRef): Times | undefined {
    if (this.#own.size === 0) return undefined;
    return this.#own.get(formatRef(ref)) ?? this.#own.get(formatRef(bare(ref)));
  }

  #stricter(ref: SecretRef): readonly Times[] {
    if (ref.field !== undefined) return [this.#settings(ref)].filter((times) => times !== undefined);
    if (this.#fields.size === 0) return [];
    const exact = formatDocument(ref);
    const named = formatDocument(bare(ref));
    return [...(this.#fields.get(exact) ?? []), ...(named === exact ? [] : (this.#fields.get(named) ?? []))];
  }

  /** 0 is no lifetime that a bound could lengthen: it says that nothing is kept. */
  #clamp(ttl: number): number {
    if (ttl === 0) return 0;
    const clamped = Math.min(Math.max(ttl, this.#minTtl), this.#maxTtl);
    const setting = clamped > ttl ? 'minTtl' : 'maxTtl';
    if (clamped !== ttl && !this.#reported.has(`${setting} ${ttl}`) && this.#reported.size < 100) {
      this.#reported.add(`${setting} ${ttl}`);
      this.#clamped(setting, ttl, clamped);
    }
    return clamped;
  }
}

function timesOf(settings: SecretSettings | ProviderSettings, where: string): Times {
  return {
    ttl: settings.ttl === undefined ? undefined : parseDuration(settings.ttl, `${where}.ttl`),
    staleIfError: settings.staleIfError === undefined ? undefined : parseDuration(settings.staleIfError, `${where}.staleIfError`),
  };
}

function bare(ref: SecretRef): SecretRef {
  return ref.field === undefined ? { name: ref.name } : { name: ref.name, field: ref.field };
}

/** When its source says that it changes, an instant of the life clock. A date that has passed tells nothing: the change is late, or has happened. */
function changeOf({ expiresAt, fetchedAt, ageMs }: Secret, now: number): number {
  const left = expiresAt === undefined ? Infinity : expiresAt - (fetchedAt + ageMs);
  return left > 0 ? now + left : Infinity;
}

/** Rounded down, so that no lifetime is longer than it was asked to be. */
function whole(instant: number): number {
  return Math.floor(instant);
}

export interface GetOptions {
  /** The answer is no older than this, stale ones included, and no read that began earlier is joined. `0`: read now. */
  readonly maxAge?: Duration | undefined;
  /** Ends this caller's wait, and nobody else's. */
  readonly signal?: AbortSignal | undefined;
  /** The most this caller waits. Default: the deadline. */
  readonly timeout?: Duration | undefined;
}

export interface Limits {
  readonly maxAge: number;
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
}

export const noLimits: Limits = { maxAge: Infinity, timeout: Infinity, signal: undefined };

/** @throws ConfigurationError for an unknown option or a malformed duration, and the signal's reason when it has aborted */
export function limitsOf(options: GetOptions | undefined): Limits {
  if (options === undefined) return noLimits;
  checkKeys('get', options, ['maxAge', 'signal', 'timeout']);
  const { maxAge, signal, timeout } = options;
  checkKind('get: signal', signal, signal instanceof AbortSignal, 'an AbortSignal');
  signal?.throwIfAborted();
  return {
    maxAge: maxAge === undefined ? Infinity : parseDuration(maxAge, 'maxAge'),
    timeout: timeout === undefined ? Infinity : parseDuration(timeout, 'timeout'),
    signal,
  };
}
