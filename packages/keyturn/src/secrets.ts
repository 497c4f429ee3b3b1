/** createSecrets(), and what can be asked of what it makes. The first file to read. */
import type { GetOptions } from './cache/lifetime.ts';
import type { CacheStats } from './cache/stats.ts';
import { formatRef, type SecretRef, wantOf } from './core/ref.ts';
import { assemble, type Parts, type SecretsOptions } from './assembly.ts';
import { formatDuration, limitTime, unlessAborted } from './core/clock.ts';
import { ClosedError, ConfigurationError, DeadlineExceededError, isKeyturnError, type KeyturnError } from './core/errors.ts';
import type { EventName, Listener } from './core/events.ts';
import { meant } from './core/nearest.ts';
import { checkKeys, checkKind, type ReadOptions } from './core/provider.ts';
import type { Secret } from './core/secret.ts';
import type { Explanation } from './explain.ts';
import type { Listed, Written } from './write.ts';

/** Names by what they begin with, by whose they are, or both. */
export interface Selection {
  readonly prefix?: string | undefined;
  readonly provider?: string | undefined;
}

export interface PrefetchOptions {
  /** `'throw'` (default): one error that lists every failure. `'warn'`: failures are logged and told by events only. Or each is given to you. */
  readonly onError?: 'throw' | 'warn' | ((error: KeyturnError, ref: string) => void) | undefined;
  /** Reads also what is fresh. */
  readonly force?: boolean | undefined;
}

/**
 * Secrets by reference, from the first of `providers` that has them, cached in memory.
 *
 * ```ts
 * const secrets = createSecrets({ providers: [env(), file({ path: 'secrets.yaml' }), awsSecretsManager()] });
 * const password = await secrets.get('prod/db#password');
 * connect(password.reveal());
 * await secrets.close();
 * ```
 * Reads no environment variables and no files of its own. @throws ConfigurationError naming the option that is wrong
 */
export function createSecrets(options: SecretsOptions): Secrets {
  return new Secrets(options);
}

/** Of the Secrets that is being made. */
let parts: Parts | undefined;

/**
 * Puts the parts together before the fields of `Secrets` are set, so that each field is set once. The compiler takes for a constant what
 * was set once; a constructor of the same class comes after its fields, and would set them a second time.
 */
class Assembly {
  /** Names of the providers, in the order they are asked. */
  readonly providers: readonly string[];

  constructor(options: SecretsOptions) {
    parts = assemble(options);
    this.providers = parts.chain.names;
  }
}

export class Secrets extends Assembly {
  readonly #chain = (parts as Parts).chain;
  readonly #cached = (parts as Parts).cached;
  readonly #events = (parts as Parts).events;
  readonly #clock = (parts as Parts).clock;
  readonly #deadline = (parts as Parts).deadline;
  #isClosed = false;

  constructor(options: SecretsOptions) {
    super(options);
    parts = undefined;
  }

  /**
   * The secret, or the field, that `ref` names.
   * @throws SecretNotFoundError when no provider has it; AccessDeniedError, AuthenticationError, ProviderUnavailableError,
   * DeadlineExceededError, InvalidSecretError, InvalidReferenceError, ClosedError
   */
  get(ref: string | SecretRef, options?: GetOptions): Promise<Secret> {
    return this.#cached.get(ref, options);
  }

  /** Like `get`, but `undefined` when no provider has it. */
  async find(ref: string | SecretRef, options?: GetOptions): Promise<Secret | undefined> {
    try {
      return await this.#cached.get(ref, options);
    } catch (error) {
      if (isKeyturnError(error) && error.code === 'SECRET_NOT_FOUND') return undefined;
      throw error;
    }
  }

  /** The fresh value in memory, or `undefined`. Synchronous, starts nothing. */
  peek(ref: string | SecretRef): Secret | undefined {
    return this.#cached.peek(ref);
  }

  /** Every field of one version, by name. @throws InvalidSecretError when the secret is no JSON object, and what `get` throws */
  async fields(ref: string | SecretRef, options?: GetOptions): Promise<Record<string, Secret>> {
    const secret = await this.#cached.get(ref, options);
    const fields = Object.create(null) as Record<string, Secret>;
    for (const name of secret.fieldNames()) if (secret.hasField(name)) fields[name] = secret.field(name);
    return fields;
  }

  /** Reads again, and swaps on success; after a failure the kept value stays. */
  refresh(ref: string | SecretRef, options?: GetOptions): Promise<Secret> {
    return this.#cached.refresh(ref, options);
  }

  /**
   * Reads what is not fresh, in one batch where the provider can: these references, or all names with a `prefix`, of a `provider`, or both,
   * as `list` tells them. The secrets in order; `undefined` for one that failed and was not thrown.
   */
  async prefetch(what: readonly (string | SecretRef)[] | Selection, options: PrefetchOptions = {}): Promise<(Secret | undefined)[]> {
    checkKeys('prefetch', options, ['onError', 'force']);
    const refs = Array.isArray(what) ? (what as readonly (string | SecretRef)[]) : await this.#selected(what as Selection);
    const { onError = 'throw', force = false } = options;
    if (onError !== 'throw' && onError !== 'warn' && typeof onError !== 'function')
      throw new ConfigurationError(`prefetch: onError is neither 'throw', 'warn' nor a function.`, { hint: `'throw' is the default.` });
    const startedAt = this.#clock.now();
    const results = await this.#cached.prefetch(refs, force);
    const failures = results.filter(isKeyturnError);
    this.#events.emit('prefetch', { wanted: refs.length, failed: failures.length, durationMs: this.#clock.now() - startedAt });
    if (onError === 'throw' && failures.length > 0) throw allOf(failures, refs.length);
    return results.map((result, index) => {
      if (!isKeyturnError(result)) return result as Secret;
      if (typeof onError === 'function') onError(result, given(refs[index] as string | SecretRef));
      return undefined;
    });
  }

  /**
   * Forgets a name with all its fields and versions, or all names with a `prefix`, of a `provider`, or both. In force before it returns:
   * no read that starts later sees an older value. Resolves with the number of documents that were forgotten.
   */
  invalidate(what: string | SecretRef | Selection): Promise<number> {
    return this.#cached.invalidate(what);
  }

  /** Forgets everything; resolves with the number of documents. */
  clear(): Promise<number> {
    return this.#cached.invalidate({});
  }

  /** Writes to the provider named in `ref`, or to the only one that can. The next read gives the new value. */
  async set(ref: string | SecretRef, value: string | Uint8Array): Promise<Written> {
    const { ref: target } = this.#want(ref);
    checkKind('set: the value', value ?? null, typeof value === 'string' || value instanceof Uint8Array, 'text or bytes');
    try {
      return await this.#limited(async (options) => (await writes()).set(this.#chain, target, value, options));
    } finally {
      this.#forget(target);
    }
  }

  /** Deletes from the provider named in `ref`, or from the only one that can. `false` when there was none. */
  async delete(ref: string | SecretRef): Promise<boolean> {
    const { ref: target } = this.#want(ref);
    try {
      return await this.#limited(async (options) => (await writes()).remove(this.#chain, target, options));
    } finally {
      this.#forget(target);
    }
  }

  /** Names that begin with `prefix`, and whose they are; of every provider that can list, or of one. */
  async list(prefix = '', provider?: string): Promise<readonly Listed[]> {
    this.#checkOpen();
    return this.#limited(async (options) => (await writes()).list(this.#chain, prefix, provider, options));
  }

  /** Where the secret would come from and what each provider said: one read that is neither cached nor stored. Never a value. */
  async explain(ref: string | SecretRef): Promise<Explanation> {
    const want = this.#want(ref);
    const held = this.#cached.held(want.ref);
    return this.#limited(async (options) => (await import('./explain.ts')).explain(this.#chain, want.ref, held, options));
  }

  /** Whether a provider, or every one, can be asked right now. One that cannot tell counts as available. */
  async isAvailable(provider?: string): Promise<boolean> {
    this.#checkOpen();
    if (provider !== undefined && !this.providers.includes(provider))
      throw new ConfigurationError(`There is no provider "${provider}".`, {
        hint: `${meant(provider, this.providers)}There are ${this.providers.join(', ')}.`,
      });
    const checks = this.#chain.able('check').filter(({ name }) => provider === undefined || name === provider);
    const results = await Promise.allSettled(checks.map((each) => this.#limited((options) => each.check!(options))));
    return results.every(({ status }) => status === 'fulfilled');
  }

  stats(): CacheStats {
    return this.#cached.stats();
  }

  /** Calls `listener` for every event of this name; returns what ends that. */
  on<K extends EventName>(name: K, listener: Listener<K>): () => void {
    return this.#events.on(name, listener);
  }

  /** Ends every read, timer and client. Reads fail with ClosedError from now on. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cached.close();
    await this.#chain.close();
  }

  /** Each name once, whoever has it: which provider answers for it is for the chain to say. */
  async #selected(selection: Selection): Promise<SecretRef[]> {
    if (typeof selection !== 'object' || selection === null)
      throw new ConfigurationError('prefetch: there is no list of references.', { hint: `For example secrets.prefetch(['prod/db']).` });
    checkKeys('prefetch', selection, ['prefix', 'provider']);
    checkKind('prefetch: prefix', selection.prefix, typeof selection.prefix === 'string', 'text');
    checkKind('prefetch: provider', selection.provider, typeof selection.provider === 'string', 'text');
    const names = new Set((await this.list(selection.prefix, selection.provider)).map(({ name }) => name));
    const { maxEntries } = this.stats();
    if (names.size > maxEntries) {
      throw new ConfigurationError(`prefetch: ${names.size} names were listed, and the cache keeps ${maxEntries}.`, {
        hint: 'Give a longer prefix, or raise maxEntries.',
      });
    }
    return Array.from(names, (name) => ({ name }));
  }

  /** After a write, whatever came of it. Closed meanwhile: nothing is left to forget. */
  #forget(ref: SecretRef): void {
    this.#cached.invalidate(ref).catch(() => undefined);
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new ClosedError('These secrets are closed.', { hint: 'Create new ones with createSecrets().' });
  }

  #want(ref: string | SecretRef) {
    this.#checkOpen();
    const want = wantOf(ref);
    this.#chain.check(want.ref);
    return want;
  }

  async #limited<T>(work: (options: ReadOptions) => Promise<T>): Promise<T> {
    const late = () =>
      new DeadlineExceededError(`No answer within ${formatDuration(this.#deadline)}.`, {
        hint: 'Check that the source can be reached, or raise the deadline.',
      });
    const limit = limitTime(this.#clock, this.#deadline, late);
    try {
      return await unlessAborted(work({ signal: limit.signal, deadline: this.#clock.now() + this.#deadline }), limit.signal);
    } finally {
      limit.done();
    }
  }
}

/** A reference as the caller wrote it. */
function given(ref: string | SecretRef): string {
  return typeof ref === 'string' ? ref : formatRef(ref);
}

/** Most programs only read: what writes is loaded when it is needed. */
function writes() {
  return import('./write.ts');
}

/** One failure is itself; of several the first lends its class, and the message lists them all. */
function allOf(failures: readonly KeyturnError[], wanted: number): KeyturnError {
  const [first, second] = failures as [KeyturnError, KeyturnError | undefined];
  if (!second) return first;
  const Kind = first.constructor as new (message: string, details: object) => KeyturnError;
  const lines = failures.map(({ message }) => `\n- ${message}`).join('');
  return new Kind(`${failures.length} of ${wanted} secrets could not be read:${lines}`, {
    ref: first.ref,
    provider: first.provider,
    hint: first.hint,
    errors: failures,
  });
}
