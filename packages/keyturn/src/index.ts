/** `keyturn`: the front door. Providers have doors of their own, `keyturn/env` and so on. */
export { createSecrets, Secrets } from './secrets.ts';
export { Secret } from './core/secret.ts';
export { Redacted } from './core/redacted.ts';
export { formatRef, parseRef } from './core/ref.ts';
export { systemClock } from './core/clock.ts';
export {
  AccessDeniedError,
  AuthenticationError,
  CircuitOpenError,
  ClosedError,
  ConfigurationError,
  ConflictError,
  DeadlineExceededError,
  InvalidReferenceError,
  InvalidSecretError,
  isKeyturnError,
  KeyturnError,
  ProviderUnavailableError,
  SecretNotFoundError,
  UnsupportedError,
} from './core/errors.ts';
export type { CacheStats, Held } from './cache/stats.ts';
export type { GetOptions } from './cache/lifetime.ts';
export type { SecretSettings } from './cache/lifetime.ts';
export type { OnUnavailable, Step } from './chain.ts';
export type { Clock, SleepOptions } from './core/clock.ts';
export type { Duration } from './core/clock.ts';
export type { ErrorCode, ErrorDetails, KnownKeyturnError } from './core/errors.ts';
export type { EventName, Events, Listener } from './core/events.ts';
export type { Logger, LogLevel } from './core/events.ts';
export type { Provider, ProviderOptions, ProviderSettings, ReadOptions, ReadResult, VersionInfo, Wrap } from './core/provider.ts';
export type { SecretRef } from './core/ref.ts';
export type { SecretInit } from './core/secret.ts';
export type { Explanation } from './explain.ts';
export type { SecretsOptions } from './assembly.ts';
export type { PrefetchOptions, Selection } from './secrets.ts';
export type { Listed, Written } from './write.ts';
