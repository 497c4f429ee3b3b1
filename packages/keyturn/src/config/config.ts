/** What a configuration says, once it is read and checked. */
import type { SecretSettings } from '../cache/lifetime.ts';
import type { OnUnavailable } from '../chain.ts';
import type { Duration } from '../core/clock.ts';
import type { LogLevel } from '../core/events.ts';
import type { ProviderKind } from './settings.ts';

export interface ProviderConfig {
  readonly kind: ProviderKind;
  /** As the provider's factory takes them; paths are absolute. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** Everything is optional: what is not said has its default. */
export interface Config {
  /** The file that was read; none when there is none. */
  readonly file?: string;
  /** Asked in this order. Default: the environment, then the user's own secrets file. */
  readonly providers?: readonly ProviderConfig[];
  readonly onUnavailable?: OnUnavailable;
  /** Settings of single secrets, by reference. */
  readonly secrets?: Readonly<Record<string, SecretSettings>>;
  readonly cache?: {
    readonly ttl?: Duration;
    readonly staleIfError?: Duration;
    readonly maxEntries?: number;
    readonly negativeTtl?: Duration;
    readonly minTtl?: Duration;
    readonly maxTtl?: Duration;
    readonly rereadAfter?: Duration;
    readonly sweepInterval?: Duration;
  };
  readonly attemptTimeout?: Duration;
  readonly deadline?: Duration;
  readonly log?: { readonly level?: LogLevel };
  /** Variables that `keyturn run` gives to the command, each with the reference of its value, or of what is in the file that it names. */
  readonly run?: { readonly env?: Readonly<Record<string, string>>; readonly file?: Readonly<Record<string, string>> };
}
