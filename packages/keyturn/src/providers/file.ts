/**
 * Secrets in a file (JSON, YAML, dotenv), or in a folder with one file for each.
 *
 * | what is found | what is answered |
 * |---|---|
 * | no file, no such name, JSON `null` | absent |
 * | not parsable, a key twice, over 64 levels or 1 MiB, no text, no regular file | `InvalidSecretError` |
 * | others may write it or the folder, a stranger owns it, `strictModes` and others may read it | `ConfigurationError`: a setting to mend, and nothing that a stale value may cover |
 * | no permission, I/O error | `ProviderUnavailableError`: our own access, which says nothing about the secret |
 * | another writer holds the lock or changed the file | `ConflictError`, and nothing is written |
 *
 * No message quotes what is in a file.
 */
import { type Clock, systemClock } from '../core/clock.ts';
import { ConfigurationError, UnsupportedError } from '../core/errors.ts';
import type { Provider, ProviderOptions } from '../core/provider.ts';
import { documentOf, formatRef, type SecretRef } from '../core/ref.ts';
import { Secret } from '../core/secret.ts';
import { formatNameOf } from './file-formats.ts';
import { placeOf } from './file-place.ts';
import { fromFileProblem } from './file-problem.ts';
import { commonSettings } from './provider-options.ts';
import { SecretsFile } from './secrets-file.ts';
import { SecretsFolder } from './secrets-folder.ts';

export interface FileOptions extends ProviderOptions {
  /**
   * A file (`.json`, `.yaml`, `.yml`, `.env`, or a name that begins with `.env`) or a folder of files. It need not exist yet.
   * Default: `keyturn/secrets.json`, `.yaml` or `.yml` in `XDG_CONFIG_HOME` or `~/.config`, the first that exists.
   */
  readonly path?: string | undefined;
  /** Refuse a file that others may read. Default `false`: warn once, with the `chmod` that mends it. */
  readonly strictModes?: boolean | undefined;
  /** Measures the age of what it answers, and waits for the lock. */
  readonly clock?: Clock | undefined;
}

/**
 * Answers from what the file holds now: a change on the disk is seen by the next read.
 *
 * In JSON and YAML a name is a key, else a path of keys (`prod/db` is `db` inside `prod`); in dotenv it is spelt as in the environment
 * (`PROD_DB`, and `PROD_DB_PASSWORD` for `prod/db#password`); in a folder it is the file's path below it. Every value is the file's own text:
 * numbers keep their digits, YAML scalars are as typed, and an empty one is a value. `list` gives the names at the top of the file.
 * A file has no versions: a reference that names one is absent here.
 *
 * `set` and `delete` change that one secret and keep the rest of the file, its format and its comments. A new name becomes a key of its own.
 *
 * ```ts
 * const secrets = createSecrets({ providers: [file({ path: 'secrets.yaml' })] });
 * await secrets.get('prod/db#password');
 * ```
 * @throws ConfigurationError when an option is unknown or wrong, or the path's format is not known
 */
export function file(options: FileOptions = {}): Provider {
  const settings = commonSettings('file', options, ['path', 'strictModes', 'clock']);
  const { strictModes = false, clock = systemClock } = options;
  if (typeof strictModes !== 'boolean')
    throw new ConfigurationError('file.strictModes must be true or false.', { provider: 'file', hint: 'Leave it out for a warning instead of a refusal.' });
  const place = placeOf(options.path);
  const source = place.kind === 'folder' ? new SecretsFolder(place.path, strictModes, clock) : new SecretsFile(place.paths, strictModes, clock);

  const translating = async <T>(ref: SecretRef | undefined, run: () => Promise<T>, signal?: AbortSignal): Promise<T> => {
    try {
      return await run();
    } catch (error) {
      if (signal?.aborted && error === signal.reason) throw error;
      throw fromFileProblem(error, settings.name, ref);
    }
  };
  const answer = (ref: SecretRef, value: string | Uint8Array | undefined) =>
    value === undefined ? undefined : new Secret({ ref, value, provider: settings.name, clock });

  return {
    ...settings,
    // What a lax reader was given is not for a strict one.
    identity: strictModes ? `${place.identity} strict` : place.identity,
    async get(ref, { signal }) {
      signal.throwIfAborted();
      if (ref.version !== undefined) return undefined;
      return translating(ref, async () => answer(documentOf(ref), await source.find(ref.name)));
    },
    async set(ref, value, options) {
      refuseVersion(ref, settings.name);
      await translating(ref, () => source.change({ name: ref.name, field: ref.field, value }, options), options.signal);
      return {};
    },
    async delete(ref, options) {
      refuseVersion(ref, settings.name);
      return translating(ref, () => source.change({ name: ref.name, field: ref.field, value: undefined }, options), options.signal);
    },
    async list(prefix, { signal }) {
      signal.throwIfAborted();
      return translating(undefined, () => source.names(prefix));
    },
    async check({ signal }) {
      signal.throwIfAborted();
      await translating(undefined, () => source.names(''));
    },
    hasChanged: () => source.hasChanged(),
    ...(place.kind === 'file' &&
      formatNameOf(place.paths[0]) === 'dotenv' && {
        fieldOf(ref: SecretRef) {
          if (ref.field === undefined || ref.version !== undefined) return undefined;
          try {
            return answer(ref, (source as SecretsFile).findField(ref.name, ref.field));
          } catch {
            // Asked of every provider before the first is read: a broken file must not end a read that an earlier provider answers.
            // When its turn comes, `get` says what is wrong.
            return undefined;
          }
        },
      }),
  };
}

function refuseVersion(ref: SecretRef, provider: string): void {
  if (ref.version === undefined) return;
  const shown = formatRef(ref);
  throw new UnsupportedError(`${shown}: a file has no versions.`, { ref: shown, provider, hint: 'Leave ?version= out.' });
}
