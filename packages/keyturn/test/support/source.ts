/** A provider that does as it is told: answers at once from a map, waits to be told, or fails. */
import { AccessDeniedError, AuthenticationError, ProviderUnavailableError, Secret } from '../../src/index.ts';
import type { Clock, Provider, ProviderSettings, ReadOptions, SecretRef } from '../../src/index.ts';

export interface PendingRead {
  readonly ref: SecretRef;
  readonly signal: AbortSignal;
  /** Answers with this text; `undefined` for absent. */
  answer(value: string | undefined, version?: string): void;
  fail(error: Error): void;
}

export interface Told extends Provider {
  /** What it has, by name; the version is counted up by `rotate`. */
  readonly values: Map<string, string>;
  /** Every name that was read, in order. */
  readonly reads: string[];
  /** Reads that wait to be told, when `isSlow`. */
  readonly pending: PendingRead[];
  /** Thrown by every read while set. */
  failure: Error | undefined;
  isSlow: boolean;
  rotate(name: string, value: string): void;
  versionOfName(name: string): string;
}

export function told(values: Record<string, string> = {}, settings: ProviderSettings & { name?: string; clock?: Clock } = {}): Told {
  const { name = 'told', clock, ...rest } = settings;
  const versions = new Map<string, number>();
  const secretOf = (ref: SecretRef, value: string, version = provider.versionOfName(ref.name)) =>
    new Secret({ ref, value, provider: name, version, ...(clock && { clock }) });
  const provider: Told = {
    name,
    identity: `told:${name}`,
    ...rest,
    values: new Map(Object.entries(values)),
    reads: [],
    pending: [],
    failure: undefined,
    isSlow: false,
    versionOfName: (secret) => `v${versions.get(secret) ?? 1}`,
    rotate(secret, value) {
      versions.set(secret, (versions.get(secret) ?? 1) + 1);
      provider.values.set(secret, value);
    },
    get(ref: SecretRef, { signal }: ReadOptions) {
      provider.reads.push(ref.name);
      if (provider.isSlow) {
        return new Promise((resolve, reject) => {
          signal.addEventListener(
            'abort',
            () => {
              reject(signal.reason as Error);
            },
            { once: true },
          );
          provider.pending.push({
            ref,
            signal,
            answer: (value, version) => {
              resolve(value === undefined ? undefined : secretOf(ref, value, version));
            },
            fail: reject,
          });
        });
      }
      if (provider.failure) return Promise.reject(provider.failure);
      const value = provider.values.get(ref.name);
      return Promise.resolve(value === undefined ? undefined : secretOf(ref, value));
    },
  };
  return provider;
}

/** The same with a version check, which tells the version that a read would give. */
export function checked(source: Told): Told {
  return Object.assign(source, {
    versionCheck: true,
    versionOf: ({ name }: SecretRef) => (source.failure ? Promise.reject(source.failure) : Promise.resolve({ version: source.versionOfName(name) })),
  });
}

export const unavailable = (provider = 'told') => new ProviderUnavailableError('cannot be reached', { provider });
export const denied = (provider = 'told') => new AccessDeniedError('refused', { provider });
export const loggedOut = (provider = 'told') => new AuthenticationError('own login refused', { provider });
