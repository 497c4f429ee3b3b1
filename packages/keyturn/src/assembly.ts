/** What createSecrets() is given, checked, and put together: providers behind their limits, in a chain, behind the cache. */
import { Cached } from './cache/cached.ts';
import { type LifetimeOptions, Lifetimes } from './cache/lifetime.ts';
import { SecretCache, type SecretCacheOptions } from './cache/secret-cache.ts';
import { Chain, type OnUnavailable } from './chain.ts';
import { type Clock, type Duration, formatDuration, parseDuration, systemClock } from './core/clock.ts';
import { ConfigurationError } from './core/errors.ts';
import { Emitter, logEvents, type Logger, type LogLevel } from './core/events.ts';
import { checkKeys, checkKind, type Provider } from './core/provider.ts';
import { timeout } from './resilience/timeout.ts';

export interface SecretsOptions extends LifetimeOptions, Omit<SecretCacheOptions, 'clock'> {
  /** Asked in this order; the first that has the secret answers. */
  readonly providers: readonly Provider[];
  /** Providers that may be passed over while they cannot be reached, by name: `{ vault: 'next' }`. Never when they refuse. */
  readonly onUnavailable?: OnUnavailable | undefined;
  /** A cache to share with others; instead of `maxEntries`, `negativeTtl` and `sweepInterval`, which are then its own. */
  readonly cache?: SecretCache | undefined;
  /** The most that one attempt at one provider may take. Default `'3s'`. */
  readonly attemptTimeout?: Duration | undefined;
  /** The most that a read may take, and that a caller waits. Default `'10s'`. */
  readonly deadline?: Duration | undefined;
  /** Where events are written; default nowhere. */
  readonly logger?: Logger | undefined;
  /** From which level up. Default `'info'`. */
  readonly log?: { readonly level?: LogLevel | undefined } | undefined;
  readonly clock?: Clock | undefined;
}

const known = [
  ...['providers', 'onUnavailable', 'cache', 'attemptTimeout', 'deadline', 'logger', 'log', 'clock', 'maxEntries', 'negativeTtl', 'sweepInterval'],
  ...['ttl', 'staleIfError', 'minTtl', 'maxTtl', 'rereadAfter', 'secrets', 'random'],
];

export interface Parts {
  readonly chain: Chain;
  readonly cached: Cached;
  readonly events: Emitter;
  readonly clock: Clock;
  readonly deadline: number;
}

/** @throws ConfigurationError naming the option that is wrong */
export function assemble(options: SecretsOptions): Parts {
  checkOptions(options);
  const { clock = systemClock, logger, log } = options;
  const deadline = positive(options.deadline ?? '10s', 'deadline');
  const attempt = timeout(positive(options.attemptTimeout ?? '3s', 'attemptTimeout'), clock);
  const events = new Emitter();
  if (logger) logEvents(events, logger, log?.level);
  const chain = new Chain(
    Array.isArray(options.providers) ? options.providers.map((each) => (typeof each?.get === 'function' ? attempt(each) : each)) : [],
    options.onUnavailable,
  );
  const lifetimes = new Lifetimes(options, options.providers, (setting, fromMs, toMs) => {
    events.emit('clamp', { setting, fromMs, toMs });
    if (!logger) process.emitWarning(`keyturn: a ttl of ${formatDuration(fromMs)} became ${formatDuration(toMs)}, the ${setting}.`, { code: 'KEYTURN_CLAMP' });
  });
  const { maxEntries, negativeTtl, sweepInterval } = options;
  const cache = options.cache ?? new SecretCache({ maxEntries, negativeTtl, sweepInterval, clock });
  return { chain, cached: new Cached({ source: chain, cache, lifetimes, events, clock, deadline }), events, clock, deadline };
}

function checkOptions(options: SecretsOptions): void {
  checkKeys('createSecrets', options, known);
  const { clock, cache, onUnavailable, logger, log } = options;
  const isObject = (value: unknown) => typeof value === 'object' && value !== null;
  const has = (value: unknown, ...names: string[]) => isObject(value) && names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');
  checkKind('clock', clock, has(clock, 'now', 'wallNow', 'sleep'), 'a clock with now, wallNow and sleep');
  checkKind('cache', cache, cache instanceof SecretCache, 'a SecretCache');
  checkKind('onUnavailable', onUnavailable, isObject(onUnavailable), 'an object of provider names');
  checkKind('logger', logger, has(logger, 'debug', 'info', 'warn', 'error'), 'a logger with debug, info, warn and error');
  if (log !== undefined) checkKeys('log', log, ['level']);
}

function positive(value: Duration, where: string): number {
  const ms = parseDuration(value, where);
  if (ms === 0) throw new ConfigurationError(`${where}: 0 would leave no time at all.`, { hint: `Write a duration, or 'none' for no limit.` });
  return ms;
}
