/** What every place that answers for secrets looks like, and what it owes to those who ask. */
import type { Duration } from './clock.ts';
import { ConfigurationError, type KeyturnError, printable } from './errors.ts';
import { meant } from './nearest.ts';
import type { SecretRef } from './ref.ts';
import type { Secret } from './secret.ts';

export interface ReadOptions {
  /** Ends the read: the deadline passed, or the last caller left. */
  readonly signal: AbortSignal;
  /** When the read must be over, an instant of the Clock's `now`, in ms. `Infinity` for none. */
  readonly deadline: number;
}

/**
 * A place that answers for secrets: the environment, a file, a cloud service, or one of these behind a wrap.
 *
 * What an implementer owes:
 * - `undefined` only when the place is healthy and has no such secret. Everything else is thrown, as one of our errors:
 *   no SDK's error leaves the provider, and no message carries a value or a part of one.
 * - `AccessDeniedError` when this secret's source refused in a well-formed answer, `AuthenticationError` when our own login was
 *   refused or is missing, `ProviderUnavailableError` when it could not be asked.
 * - The whole document: a field is cut from it by whoever asked. `ref.provider` and `ref.field` are never set in `get` and `getMany`.
 * - An end when `signal` aborts: socket closed, timer cleared, the signal's reason thrown.
 * - Calm under overlapping calls, also for the same reference. Sharing them is the cache's work.
 * - No retry, no cache, no log. Each of those is a wrap, and exists once.
 */
export interface Provider extends ProviderSettings {
  /** What people call it: in `name://…`, in errors, in `explain`. Stable, kebab-case. */
  readonly name: string;
  /** What it is: `env`, `file`, `aws-secrets-manager`. Default: its name. */
  readonly kind?: string;
  /**
   * What tells this place from others of its kind: endpoint or account, region, namespace, mount. Part of every cache key,
   * so that one cache shared by production and staging never mixes them. Default: this very object, which shares its entries with no other.
   */
  readonly identity?: string;

  get(ref: SecretRef, options: ReadOptions): Promise<Secret | undefined>;

  /** Reads two or more secrets at once. One result for each reference, in order; a failure of one is no failure of the others. */
  getMany?(refs: readonly SecretRef[], options: ReadOptions): Promise<readonly ReadResult[]>;
  /** Answers one field on its own, at once and without a document: the environment's `PROD_DB_PASSWORD` for `prod/db#password`. Must not throw. */
  fieldOf?(ref: SecretRef): Secret | undefined;
  /** Writes the value; with `ref.field`, that field only, read from the source first. Answers the new version, if it has one. */
  set?(ref: SecretRef, value: string | Uint8Array, options: ReadOptions): Promise<{ version?: string }>;
  /** Deletes the secret, or one field of it. `false` when there was none. */
  delete?(ref: SecretRef, options: ReadOptions): Promise<boolean>;
  /** Names that begin with `prefix`, without values. */
  list?(prefix: string, options: ReadOptions): Promise<readonly string[]>;
  /**
   * The version that a read would give, without reading it; `undefined` when there is no such secret any more. That it may be told
   * says nothing about the right to read. Thrown is what `get` would throw; whatever is no outage makes the caller read instead.
   */
  versionOf?(ref: SecretRef, options: ReadOptions): Promise<VersionInfo | undefined>;
  /** Ask `versionOf` before a value that is in memory is read again. Default `false`. */
  readonly versionCheck?: boolean | undefined;
  /** Throws when the place cannot be asked right now. */
  check?(options: ReadOptions): Promise<void>;
  /**
   * Whether what it answers from has changed since it was last asked; its cached answers are then dropped.
   * Asked on access, at most once a second, in the middle of a hit: it must be quick, and it must not throw.
   */
  hasChanged?(): boolean;
  close?(): Promise<void>;
}

export interface VersionInfo {
  /** As in `Secret.version`. */
  readonly version: string;
  /** As in `Secret.expiresAt`. */
  readonly expiresAt?: number | undefined;
}

export type ReadResult = Secret | undefined | KeyturnError;

/** What every provider takes besides its own options. */
export interface ProviderSettings {
  /** It is asked only for names that match one of these; others are absent here. `*` does not cross `/`, `**` does. Default: all names. */
  readonly match?: readonly string[] | undefined;
  /** Time to live of its answers. Default: the cache's. */
  readonly ttl?: Duration | undefined;
  /** How long its answers may cover an outage after that. Default: the cache's. */
  readonly staleIfError?: Duration | undefined;
}

/** The options that every provider factory takes. */
export interface ProviderOptions extends ProviderSettings {
  /** What people call it, `[a-z][a-z0-9-]*`; two of a kind get one each. Default: its kind. */
  readonly name?: string | undefined;
}

/** Takes a provider and gives one back: retry, breaker and timeout all have this shape, so they stack in any order that makes sense. */
export type Wrap = (next: Provider) => Provider;

/** The common options of a provider, checked: unknown ones are errors, because a misspelt option would be silently ignored. */
export function checkOptions(kind: string, options: object, known: readonly string[]): void {
  checkKeys(kind, options, ['name', 'match', 'ttl', 'staleIfError', ...known], kind);
}

/** `options` is an object with known keys only. @throws ConfigurationError naming the unknown one */
export function checkKeys(where: string, options: unknown, known: readonly string[], provider?: string): void {
  if (typeof options !== 'object' || options === null)
    throw new ConfigurationError(`${where}: the options are no object.`, { provider, hint: `They are an object with ${known.join(', ')}.` });
  for (const key of Object.keys(options)) {
    if (!known.includes(key))
      throw new ConfigurationError(`${where}: unknown option "${printable(key)}".`, { provider, hint: `${meant(key, known)}It takes ${known.join(', ')}.` });
  }
}

/** An option is of its kind, or left out. @throws ConfigurationError naming it */
export function checkKind(where: string, value: unknown, isRight: boolean, what: string): void {
  if (value !== undefined && !isRight) throw new ConfigurationError(`${where} is not ${what}.`, { hint: 'Leave it out for the default.' });
}

/** The settings of `options` as a provider carries them: only those that were given. */
export function settingsOf(options: ProviderOptions): ProviderSettings {
  return {
    ...(options.match !== undefined && { match: options.match }),
    ...(options.ttl !== undefined && { ttl: options.ttl }),
    ...(options.staleIfError !== undefined && { staleIfError: options.staleIfError }),
  };
}

/**
 * `next` with every call led through `around`. Powers that `next` lacks stay lacking, so that a guard still tells the truth.
 *
 * `fieldOf`, `hasChanged` and `close` pass straight through: they wait for nobody.
 */
export function wrapProvider(next: Provider, around: <T>(options: ReadOptions, call: (options: ReadOptions) => Promise<T>) => Promise<T>): Provider {
  return {
    ...passive(next),
    get: (ref, options) => around(options, (inner) => next.get(ref, inner)),
    ...(next.getMany && { getMany: (refs: readonly SecretRef[], options: ReadOptions) => around(options, (inner) => next.getMany!(refs, inner)) }),
    ...(next.set && {
      set: (ref: SecretRef, value: string | Uint8Array, options: ReadOptions) => around(options, (inner) => next.set!(ref, value, inner)),
    }),
    ...(next.delete && { delete: (ref: SecretRef, options: ReadOptions) => around(options, (inner) => next.delete!(ref, inner)) }),
    ...(next.list && { list: (prefix: string, options: ReadOptions) => around(options, (inner) => next.list!(prefix, inner)) }),
    ...(next.versionOf && { versionOf: (ref: SecretRef, options: ReadOptions) => around(options, (inner) => next.versionOf!(ref, inner)) }),
    ...(next.check && { check: (options: ReadOptions) => around(options, (inner) => next.check!(inner)) }),
  };
}

function passive(next: Provider) {
  return {
    name: next.name,
    ...(next.kind !== undefined && { kind: next.kind }),
    identity: identityOf(next),
    ...settingsOf(next),
    ...(next.versionCheck !== undefined && { versionCheck: next.versionCheck }),
    ...(next.fieldOf && { fieldOf: (ref: SecretRef) => next.fieldOf!(ref) }),
    ...(next.hasChanged && { hasChanged: () => next.hasChanged!() }),
    ...(next.close && { close: () => next.close!() }),
  };
}

export type Matcher = (name: string) => boolean;

/** True for names that match one of `patterns`; for every name when there are none. A leading `/` of the name is ignored. */
export function matcher(patterns: readonly string[] | undefined, where: string): Matcher {
  if (patterns === undefined) return () => true;
  if (!Array.isArray(patterns) || patterns.length === 0 || patterns.some((pattern) => typeof pattern !== 'string' || pattern === '')) {
    throw new ConfigurationError(`${where}.match must be a list of name patterns.`, { hint: `For example match: ['prod/**'].` });
  }
  const expressions = patterns.map(
    (pattern: string) =>
      new RegExp(
        `^${pattern
          .replace(/^\//, '')
          .split(/(\*\*|\*)/)
          .map(translate)
          .join('')}$`,
        'su',
      ),
  );
  return (name) => {
    const bare = name.startsWith('/') ? name.slice(1) : name;
    return expressions.some((expression) => expression.test(bare));
  };
}

function translate(part: string): string {
  if (part === '**') return '.*';
  if (part === '*') return '[^/]*';
  return part.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

const numbers = new WeakMap<Provider, number>();
let lastNumber = 0;

/** What tells `provider` from others in a cache's keys. */
export function identityOf(provider: Provider): string {
  if (provider.identity !== undefined) return provider.identity;
  let number = numbers.get(provider);
  if (number === undefined) numbers.set(provider, (number = ++lastNumber));
  return `object ${number}`;
}
