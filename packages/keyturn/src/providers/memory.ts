/** Secrets held by the program itself, with versions and a record of every call: for tests and examples. */
import { type Clock, systemClock } from '../core/clock.ts';
import { ConfigurationError, InvalidSecretError, UnsupportedError } from '../core/errors.ts';
import { JsonSourceError } from '../core/json-source.ts';
import type { Provider, ProviderOptions, ReadOptions } from '../core/provider.ts';
import { documentOf, formatRef, type SecretRef } from '../core/ref.ts';
import { Secret } from '../core/secret.ts';
import { changeField } from './json-edit.ts';
import { commonSettings } from './provider-options.ts';
import { decodeUtf8 } from './utf8.ts';

export interface MemoryOptions extends ProviderOptions {
  /** Measures the age of what it answers. */
  readonly clock?: Clock | undefined;
}

/** One call, whatever came of it. A `getMany` is one entry for each name. */
export interface MemoryCall {
  readonly op: 'get' | 'getMany' | 'set' | 'delete' | 'list' | 'check';
  /** The name, or the prefix of a `list`; empty for `check`. */
  readonly name: string;
  readonly version: string | undefined;
}

export type MemoryProvider = Provider & Required<Pick<Provider, 'getMany' | 'set' | 'delete' | 'list' | 'check'>> & MemoryRecord;

export interface MemoryRecord {
  /** Every call in order, misses too. */
  readonly calls: readonly MemoryCall[];
  /** Forgets the calls. The secrets stay. */
  reset(): void;
}

let instances = 0;

/**
 * Answers from `record`, which takes names to text or bytes; what is given here is version `v1`, and each `set` makes the next one.
 * Older versions stay readable by `?version=` until the name is deleted.
 *
 * ```ts
 * const source = memory({ 'prod/db': '{"password":"hunter2"}' });
 * await createSecrets({ providers: [source] }).get('prod/db#password');
 * source.calls; // [{ op: 'get', name: 'prod/db', version: undefined }]
 * ```
 * @throws ConfigurationError when an option is unknown or wrong
 */
export function memory(record: Readonly<Record<string, string | Uint8Array>> = {}, options: MemoryOptions = {}): MemoryProvider {
  const settings = commonSettings('memory', options, ['clock']);
  const { clock = systemClock } = options;
  const versions = new Map(Object.entries(record).map(([name, value]) => [name, [checked(name, value)]]));
  /** Versions go on counting over a delete: `v2` never means two values. */
  const counts = new Map(Array.from(versions.keys(), (name) => [name, 1]));
  const calls: MemoryCall[] = [];

  const begin = (op: MemoryCall['op'], name: string, version: string | undefined, { signal }: ReadOptions) => {
    calls.push(Object.freeze({ op, name, version }));
    signal.throwIfAborted();
  };

  const read = (ref: SecretRef): Secret | undefined => {
    const kept = versions.get(ref.name);
    const found = ref.version === undefined ? kept?.at(-1) : kept?.find(({ version }) => version === ref.version);
    return found && new Secret({ ref: documentOf(ref), value: found.value, provider: settings.name, version: found.version, clock });
  };

  const write = ({ name }: SecretRef, value: string | Uint8Array): string => {
    const count = (counts.get(name) ?? 0) + 1;
    const version = `v${count}`;
    counts.set(name, count);
    versions.set(name, [...(versions.get(name) ?? []), { version, value: typeof value === 'string' ? value : Uint8Array.from(value) }]);
    return version;
  };

  /** The document with its field changed; `undefined` when there was none to delete. */
  const edited = (ref: SecretRef & { field: string }, value: string | Uint8Array | undefined): string | undefined => {
    const document = read(ref)?.reveal() ?? (value === undefined ? undefined : '{}');
    if (document === undefined) return undefined;
    try {
      return changeField(document, ref.field, value === undefined ? undefined : textOf(value, ref, settings.name));
    } catch (error) {
      if (!(error instanceof JsonSourceError)) throw error;
      throw invalid(ref, settings.name, error.message, 'Only a JSON object has fields to change.');
    }
  };

  return {
    ...settings,
    identity: `memory:${++instances}`,
    calls,
    reset() {
      calls.length = 0;
    },
    async get(ref, options) {
      begin('get', ref.name, ref.version, options);
      return read(ref);
    },
    async getMany(refs, options) {
      for (const ref of refs) begin('getMany', ref.name, ref.version, options);
      return refs.map(read);
    },
    async set(ref, value, options) {
      begin('set', ref.name, ref.version, options);
      refuseVersion(ref, settings.name);
      return { version: write(ref, ref.field === undefined ? value : (edited({ ...ref, field: ref.field }, value) as string)) };
    },
    async delete(ref, options) {
      begin('delete', ref.name, ref.version, options);
      refuseVersion(ref, settings.name);
      if (ref.field === undefined) return versions.delete(ref.name);
      const document = edited({ ...ref, field: ref.field }, undefined);
      if (document !== undefined) write(ref, document);
      return document !== undefined;
    },
    async list(prefix, options) {
      begin('list', prefix, undefined, options);
      return [...versions.keys()].filter((name) => name.startsWith(prefix));
    },
    async check(options) {
      begin('check', '', undefined, options);
    },
  };
}

function checked(name: string, value: unknown): { version: string; value: string | Uint8Array } {
  if (typeof value === 'string') return { version: 'v1', value };
  if (value instanceof Uint8Array) return { version: 'v1', value: Uint8Array.from(value) };
  throw new ConfigurationError(`memory: ${JSON.stringify(name)} is a ${typeof value}.`, {
    provider: 'memory',
    hint: 'Give text or a Uint8Array; write a document as JSON text.',
  });
}

function textOf(value: string | Uint8Array, ref: SecretRef, provider: string): string {
  const text = typeof value === 'string' ? value : decodeUtf8(value);
  if (text === undefined) throw invalid(ref, provider, 'was given bytes that are not UTF-8 text', 'A field is text; store bytes as a secret of their own.');
  return text;
}

function refuseVersion(ref: SecretRef, provider: string): void {
  if (ref.version === undefined) return;
  const shown = formatRef(ref);
  throw new UnsupportedError(`${shown}: a version cannot be written or deleted.`, { ref: shown, provider, hint: 'Leave ?version= out.' });
}

function invalid(ref: SecretRef, provider: string, what: string, hint: string): InvalidSecretError {
  const shown = formatRef(ref);
  return new InvalidSecretError(`${shown} ${what}.`, { ref: shown, provider, hint });
}
