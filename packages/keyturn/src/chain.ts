/**
 * Many providers to one: the first that has the secret answers.
 *
 * The rules are:
 * - A provider whose `match` leaves the name out is not asked: it counts as absent.
 * - Absent goes on. Broken stops, whatever it is: a later provider's older value must not stand in for a refusal.
 * - A provider named in `onUnavailable` may be passed over while it cannot be reached; never when it refused. The answer found that
 *   way says so, and no answer found that way is no proof that the secret is absent.
 */
import {
  ConfigurationError,
  type ErrorDetails,
  InvalidReferenceError,
  InvalidSecretError,
  isKeyturnError,
  isUnavailable,
  type KeyturnError,
} from './core/errors.ts';
import { meant } from './core/nearest.ts';
import { identityOf, matcher, type Matcher, type Provider, type ReadOptions, type ReadResult } from './core/provider.ts';
import { documentOf, formatRef, type SecretRef } from './core/ref.ts';
import { adoptSecret } from './core/adopt-secret.ts';
import { isSecret, Secret } from './core/secret.ts';
import type { ReadHow, Source } from './core/source.ts';
import { checkVersion, mustRead } from './version-check.ts';

export type OnUnavailable = Readonly<Record<string, 'stop' | 'next'>>;

/** One provider's part in a read, for `explain`. */
export interface Step {
  readonly provider: string;
  readonly outcome: 'found' | 'absent' | 'not asked' | 'no match' | 'failed';
  readonly durationMs?: number;
  readonly code?: string;
  readonly message?: string;
  readonly hint?: string;
}

interface Link {
  readonly provider: Provider;
  readonly matches: Matcher;
  readonly goesOn: boolean;
}

const largestAnswer = 1_048_576;
const providerName = /^[a-z][a-z0-9-]*$/;

export class Chain implements Source {
  readonly identity: string;
  readonly canBatch: boolean;
  readonly canChange: boolean;
  readonly names: readonly string[];
  readonly #links: readonly Link[];

  /** @throws ConfigurationError for no providers, two of one name, or an `onUnavailable` that names none of them */
  constructor(providers: readonly Provider[], onUnavailable: OnUnavailable = {}) {
    if (!Array.isArray(providers) || providers.length === 0) {
      throw new ConfigurationError('providers: there are none.', { hint: 'Give at least one, for example providers: [env()].' });
    }
    for (const provider of providers) checkProvider(provider);
    this.names = providers.map(({ name }: Provider) => name);
    const twice = this.names.find((name, index) => this.names.indexOf(name) !== index);
    if (twice !== undefined) throw new ConfigurationError(`providers: two are called "${twice}".`, { hint: 'Give each a name: of its own.' });
    for (const [name, policy] of Object.entries(onUnavailable)) {
      if (!this.names.includes(name))
        throw new ConfigurationError(`onUnavailable: there is no provider "${name}".`, {
          hint: `${meant(name, this.names)}There are ${this.names.join(', ')}.`,
        });
      if (policy !== 'stop' && policy !== 'next')
        throw new ConfigurationError(`onUnavailable.${name} is neither 'stop' nor 'next'.`, { hint: `'stop' is the default.` });
    }
    this.#links = providers.map((provider: Provider) => ({
      provider,
      matches: matcher(provider.match, provider.name),
      goesOn: onUnavailable[provider.name] === 'next',
    }));
    this.canBatch = providers.some((provider: Provider) => provider.getMany !== undefined);
    this.canChange = providers.some((provider: Provider) => provider.hasChanged !== undefined);
    this.identity = JSON.stringify(this.#links.map(({ provider, goesOn }) => [provider.name, provider.kind, identityOf(provider), provider.match, goesOn]));
  }

  check(ref: SecretRef): void {
    if (ref.provider !== undefined && !this.names.includes(ref.provider)) {
      throw new InvalidReferenceError(`${formatRef(ref)}: there is no provider "${ref.provider}".`, {
        ref: formatRef(ref),
        hint: `${meant(ref.provider, this.names)}There are ${this.names.join(', ')}; write %3A// for a "://" that belongs to the name.`,
      });
    }
  }

  async get(ref: SecretRef, options: ReadOptions, { before = this.#links.length, known }: ReadHow = {}, steps?: Step[]): Promise<Secret | undefined> {
    const skipped: KeyturnError[] = [];
    for (const [index, link] of this.#links.entries()) {
      const { name } = link.provider;
      if (index >= before) {
        steps?.push({ provider: name, outcome: 'not asked' });
        continue;
      }
      if (!isAsked(link, ref)) {
        steps?.push({ provider: name, outcome: ref.provider === undefined || ref.provider === name ? 'no match' : 'not asked' });
        continue;
      }
      const startedAt = steps && performance.now();
      const result = await ask(link, ref, options, known);
      if (startedAt !== undefined) steps?.push(stepOf(name, result, performance.now() - startedAt));
      if (isSecret(result)) {
        for (const later of this.#links.slice(index + 1)) steps?.push({ provider: later.provider.name, outcome: 'not asked' });
        return skipped.length > 0 ? new Secret(result, { fallback: true }) : result;
      }
      if (result === undefined) continue;
      if (!link.goesOn || !isUnavailable(result)) throw withAttempts(result, skipped);
      skipped.push(result);
    }
    if (skipped.length > 0) throw withAttempts(skipped[0] as KeyturnError, skipped.slice(1));
    return undefined;
  }

  async getMany(refs: readonly SecretRef[], options: ReadOptions): Promise<readonly ReadResult[]> {
    const results: ReadResult[] = refs.map(() => undefined);
    const skipped = refs.map((): KeyturnError[] => []);
    let open = refs.map((_, index) => index);
    for (const link of this.#links) {
      const asked = open.filter((index) => isAsked(link, refs[index] as SecretRef));
      if (asked.length === 0) continue;
      const answers = await askMany(
        link,
        asked.map((index) => refs[index] as SecretRef),
        options,
      );
      for (const [at, index] of asked.entries()) {
        const answer = answers[at];
        const before = skipped[index] as KeyturnError[];
        if (answer === undefined) continue;
        if (isSecret(answer)) results[index] = before.length > 0 ? new Secret(answer, { fallback: true }) : answer;
        else if (link.goesOn && isUnavailable(answer)) before.push(answer);
        else results[index] = withAttempts(answer, before);
      }
      open = open.filter((index) => results[index] === undefined);
    }
    for (const index of open) {
      const [first, ...rest] = skipped[index] as KeyturnError[];
      if (first) results[index] = withAttempts(first, rest);
    }
    return results;
  }

  fieldOf(ref: SecretRef): { secret: Secret; index: number } | undefined {
    for (const [index, link] of this.#links.entries()) {
      if (!link.provider.fieldOf || !isAsked(link, ref)) continue;
      const secret = link.provider.fieldOf(withoutProvider(ref));
      if (secret) return { secret: checkAnswer(secret, link, ref) as Secret, index };
    }
    return undefined;
  }

  isAskedBefore(index: number, ref: SecretRef): boolean {
    return this.#links.slice(0, index).some((link) => isAsked(link, ref));
  }

  indexOf(provider: string): number {
    return this.names.indexOf(provider);
  }

  checksVersions(provider: string): boolean {
    return this.provider(provider)?.versionCheck === true;
  }

  changed(): readonly string[] {
    return this.#links.filter(({ provider }) => provider.hasChanged?.()).map(({ provider }) => provider.name);
  }

  provider(name: string): Provider | undefined {
    return this.#links.find(({ provider }) => provider.name === name)?.provider;
  }

  /** The providers that are asked for `ref` and have `power`. */
  able<P extends keyof Provider>(power: P, ref?: SecretRef): Provider[] {
    return this.#links.filter((link) => link.provider[power] !== undefined && (!ref || isAsked(link, ref))).map(({ provider }) => provider);
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#links.map(async ({ provider }) => provider.close?.()));
  }
}

function isAsked({ provider, matches }: Link, ref: SecretRef): boolean {
  return (ref.provider === undefined || ref.provider === provider.name) && matches(ref.name);
}

async function ask(link: Link, ref: SecretRef, options: ReadOptions, known?: Secret): Promise<ReadResult> {
  try {
    const checked = known && (await checkVersion(link.provider, withoutProvider(documentOf(ref)), known, options));
    if (known && checked !== mustRead) return checked;
    return checkAnswer(await link.provider.get(withoutProvider(documentOf(ref)), options), link, ref);
  } catch (error) {
    return toResult(error, link, ref, options);
  }
}

async function askMany(link: Link, refs: readonly SecretRef[], options: ReadOptions): Promise<readonly ReadResult[]> {
  if (!link.provider.getMany || refs.length < 2) return Promise.all(refs.map((ref) => ask(link, ref, options)));
  try {
    const answers = await link.provider.getMany(
      refs.map((ref) => withoutProvider(documentOf(ref))),
      options,
    );
    if (!Array.isArray(answers) || answers.length !== refs.length) {
      return refs.map((ref) => nonsense(link, ref, 'did not answer one result for each reference'));
    }
    return refs.map((ref, index) => {
      const answer = answers[index];
      try {
        return isKeyturnError(answer) ? toResult(answer, link, ref, options) : checkAnswer(answer, link, ref);
      } catch (error) {
        return error as KeyturnError;
      }
    });
  } catch (error) {
    return refs.map((ref) => toResult(error, link, ref, options));
  }
}

/** Providers are also written by others: what they answer is held to the contract here, once. */
function checkAnswer(answer: unknown, link: Link, ref: SecretRef): Secret | undefined {
  if (answer === undefined) return undefined;
  if (!isSecret(answer)) throw nonsense(link, ref, 'answered something that is no Secret');
  if (!(answer instanceof Secret)) return checkAnswer(adopted(answer, link, ref), link, ref);
  const { provider } = link;
  const text = formatRef(ref);
  if (answer.size > largestAnswer) {
    throw new InvalidSecretError(`${text}: the answer of ${provider.name} is over 1 MiB.`, {
      ref: text,
      provider: provider.name,
      hint: 'Keep large things elsewhere, and their key here.',
    });
  }
  const asked = answer.ref.field === undefined ? documentOf(ref) : ref;
  const isAsIs = formatRef(answer.ref) === formatRef(asked) && answer.provider === provider.name && !answer.confirmed;
  return isAsIs ? answer : new Secret(answer, { ref: asked, provider: provider.name, confirmed: false });
}

/** A Secret made by another copy of this library, as one of ours. */
function adopted(answer: Secret, link: Link, ref: SecretRef): Secret {
  try {
    return adoptSecret(answer, documentOf(ref), link.provider.name);
  } catch {
    throw nonsense(link, ref, 'answered something that is no Secret');
  }
}

function nonsense({ provider }: Link, ref: SecretRef, what: string): InvalidSecretError {
  const text = formatRef(ref);
  return new InvalidSecretError(`${text}: ${provider.name} ${what}.`, {
    ref: text,
    provider: provider.name,
    hint: 'A provider answers new Secret({ … }), or undefined when it has none; many at once as a list in order.',
  });
}

/** Names that say what kind of thing was thrown. Any other could be anything, a value included. */
const harmlessNames = new Set([
  'Error',
  'TypeError',
  'RangeError',
  'SyntaxError',
  'ReferenceError',
  'EvalError',
  'URIError',
  'AggregateError',
  'AbortError',
  'TimeoutError',
]);

/**
 * An error of ours says which secret and which provider: whoever threw it may have left that out. That a secret is not found is an answer.
 * The reason of the abort is thrown on. Anything else broke the contract, and may quote what it was given: only its kind is told.
 */
function toResult(error: unknown, { provider }: Link, ref: SecretRef, { signal }: ReadOptions): ReadResult {
  const text = formatRef(ref);
  if (isKeyturnError(error)) {
    if (error.code === 'SECRET_NOT_FOUND') return undefined;
    if (error.ref !== undefined && error.provider !== undefined) return error;
    const { hint, errors } = error;
    const message = error.message.includes(text) ? error.message : `${text}: ${error.message}`;
    return again(error, message, { ref: error.ref ?? text, provider: error.provider ?? provider.name, hint, errors });
  }
  if (signal.aborted) throw signal.reason;
  return new InvalidSecretError(`${text}: ${provider.name} failed in a way it should not (${kindOf(error)}).`, {
    ref: text,
    provider: provider.name,
    hint: 'A provider throws only the errors of keyturn; this is a fault in it.',
  });
}

function kindOf(error: unknown): string {
  try {
    const name = error instanceof Error ? error.name : typeof error;
    return error instanceof Error && !harmlessNames.has(name) ? 'an error of its own' : name;
  } catch {
    return 'an error of its own';
  }
}

function withAttempts<E extends KeyturnError>(error: E, attempts: readonly KeyturnError[]): E {
  if (attempts.length === 0) return error;
  const { message, ref, provider, hint } = error;
  return again(error, message, { ref, provider, hint, errors: [...attempts, error] });
}

/** An error of the same class that says more. */
function again<E extends KeyturnError>(error: E, message: string, details: ErrorDetails): E {
  const Kind = error.constructor as new (message: string, details: ErrorDetails) => E;
  return new Kind(message, details);
}

function withoutProvider(ref: SecretRef): SecretRef {
  if (ref.provider === undefined) return ref;
  const { provider: _, ...rest } = ref;
  return rest;
}

function stepOf(provider: string, result: ReadResult, durationMs: number): Step {
  if (result === undefined) return { provider, outcome: 'absent', durationMs };
  if (isSecret(result)) return { provider, outcome: 'found', durationMs };
  const { code, message, hint } = result;
  return { provider, outcome: 'failed', durationMs, code: code as string, message, ...(hint !== undefined && { hint }) };
}

function checkProvider(provider: unknown): void {
  const { name, get } = (provider ?? {}) as Partial<Provider>;
  if (typeof get !== 'function' || typeof name !== 'string') {
    throw new ConfigurationError('providers: one of them is no provider.', { hint: 'A provider has a name and get(); call its factory, for example env().' });
  }
  if (!providerName.test(name))
    throw new ConfigurationError(`providers: ${JSON.stringify(name)} is no provider name.`, { hint: 'Use a-z, 0-9 and "-", beginning with a letter.' });
}
