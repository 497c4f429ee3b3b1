/** Many secrets in one document: a JSON object whose members are the secrets, read together and told apart by name. */
import { unlessAborted } from './abort.ts';
import { ConfigurationError, InvalidSecretError, isKeyturnError } from './errors.ts';
import { type Provider, type ReadOptions, type ReadResult, settingsOf } from './provider.ts';
import { formatRef, type SecretRef } from './ref.ts';
import { Secret } from './secret.ts';

type Document = Secret | undefined;

interface Flight {
  readonly document: Promise<Document>;
  readonly controller: AbortController;
  /** Names that joined, each once: see `join`. */
  readonly names: Set<string>;
  waiting: number;
}

/**
 * `provider` with its secret `document` taken apart: `get({ name: 'prod/db' })` answers the member `prod/db` of the JSON object.
 *
 * A string's text, any other value's exact source, each with the version and the age of the document. A member that is missing or `null`
 * is absent, and so is every member of a document that is. Reads of different members share one read of the document while it is under way.
 * @throws ConfigurationError when `document` is no name
 */
export function bundle(provider: Provider, document: string): Provider {
  if (typeof document !== 'string' || document === '') {
    throw new ConfigurationError(`${provider.name}.bundle must be the name of one secret.`, { provider: provider.name, hint: `For example bundle: 'prod/app'.` });
  }
  const flights = new Map<string, Flight>();
  const documentRef = (version: string | undefined): SecretRef => Object.freeze({ name: document, ...(version !== undefined && { version }) });

  /** What it reads joins the flight of the same version, or starts one. A caller who leaves ends nobody else's wait; the last one ends the read. */
  async function read(version: string | undefined, names: readonly string[], options: ReadOptions): Promise<Document> {
    options.signal.throwIfAborted();
    const key = version === undefined ? '' : `=${version}`;
    const flight = join(flights.get(key), names) ?? start(key, version, names);
    flight.waiting++;
    try {
      return await unlessAborted(flight.document, options.signal);
    } finally {
      if (--flight.waiting === 0) {
        // It must not be joinable while it dies, or a newcomer would inherit the abort.
        if (flights.get(key) === flight) flights.delete(key);
        flight.controller.abort(options.signal.reason);
      }
    }
  }

  /**
   * A name joins a flight once. Overlapping reads of one name are shared above us, so a second one comes after an invalidation or a
   * failure, and must not be given what was asked for before it.
   */
  function join(flight: Flight | undefined, names: readonly string[]): Flight | undefined {
    if (!flight || names.some((name) => flight.names.has(name))) return undefined;
    for (const name of names) flight.names.add(name);
    return flight;
  }

  function start(key: string, version: string | undefined, names: readonly string[]): Flight {
    const controller = new AbortController();
    // Each caller's own signal ends its wait in time; the first one's deadline is not the others'.
    const result = provider.get(documentRef(version), { signal: controller.signal, deadline: Infinity });
    const flight: Flight = { document: result, controller, names: new Set(names), waiting: 0 };
    flights.set(key, flight);
    const landed = () => {
      if (flights.get(key) === flight) flights.delete(key);
    };
    result.then(landed, landed);
    return flight;
  }

  return {
    name: provider.name,
    kind: provider.kind ?? provider.name,
    identity: `${provider.identity ?? provider.name}${JSON.stringify([document])}`,
    ...settingsOf(provider),

    async get(ref, options) {
      return member(await read(ref.version, [ref.name], options), ref);
    },

    async getMany(refs, options) {
      const versions = new Map<string | undefined, Set<string>>();
      for (const { version, name } of refs) versions.set(version, (versions.get(version) ?? new Set()).add(name));
      const documents = new Map<string | undefined, ReadResult>();
      await Promise.all(
        Array.from(versions, async ([version, names]) => {
          try {
            documents.set(version, await read(version, [...names], options));
          } catch (error) {
            options.signal.throwIfAborted();
            documents.set(version, asResult(error));
          }
        }),
      );
      return refs.map((ref) => {
        const document = documents.get(ref.version);
        if (isKeyturnError(document)) return document;
        try {
          return member(document as Document, ref);
        } catch (error) {
          return asResult(error);
        }
      });
    },

    ...(provider.check && { check: (options: ReadOptions) => provider.check!(options) }),
    ...(provider.versionOf && { versionOf: (ref: SecretRef, options: ReadOptions) => provider.versionOf!(documentRef(ref.version), options) }),
    ...(provider.hasChanged && { hasChanged: () => provider.hasChanged!() }),
    ...(provider.close && { close: () => provider.close!() }),
  };
}

/** The member that `ref` names, as a secret of its own. An exact key only: a dot in a name is no path. */
function member(document: Document, ref: SecretRef): Secret | undefined {
  if (!document || !names(document, ref).includes(ref.name)) return undefined;
  try {
    return new Secret(document.field(ref.name), { ref, shape: 'document' });
  } catch (error) {
    // The key is there: what is not found is a value, for it is null.
    if (isKeyturnError(error) && error.code === 'SECRET_NOT_FOUND') return undefined;
    throw error;
  }
}

function names(document: Secret, ref: SecretRef): string[] {
  try {
    return document.fieldNames();
  } catch (error) {
    if (!isKeyturnError(error)) throw error;
    throw new InvalidSecretError(`${formatRef(ref)} is looked up in a bundle, and ${error.message}`, {
      ref: formatRef(ref),
      provider: document.provider,
      hint: `Store one JSON object in ${formatRef(document.ref)}, with a member for each secret, or leave the bundle option out.`,
    });
  }
}

/** A failure as the result of one reference; anything but an error of ours belongs to the whole call. */
function asResult(error: unknown): ReadResult {
  if (isKeyturnError(error)) return error;
  throw error;
}
