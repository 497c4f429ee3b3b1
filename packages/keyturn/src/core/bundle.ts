/** Many secrets in one document: a JSON object whose members are the secrets, read together and told apart by name. */
import { unlessAborted } from './clock.ts';
import { ConfigurationError, InvalidSecretError, isKeyturnError } from './errors.ts';
import { type Provider, type ReadOptions, type ReadResult, settingsOf } from './provider.ts';
import { formatRef, type SecretRef } from './ref.ts';
import { Secret } from './secret.ts';

type Document = Secret | undefined;

interface Flight {
  readonly document: Promise<Document>;
  readonly controller: AbortController;
  waiting: number;
}

/**
 * `provider` with its secret `document` taken apart: `get({ name: 'prod/db' })` answers the member `prod/db` of the JSON object.
 *
 * A string's text, any other value's exact source, each with the version and the age of the document. A member that is missing or `null`
 * is absent, and so is every member of a document that is. Reads that begin together share one read of the document; none joins one that has left,
 * so that what is read after an invalidation is never older than it.
 * @throws ConfigurationError when `document` is no name
 */
export function bundle(provider: Provider, document: string): Provider {
  if (typeof document !== 'string' || document === '') {
    throw new ConfigurationError(`${provider.name}.bundle must be the name of one secret.`, {
      provider: provider.name,
      hint: `For example bundle: 'prod/app'.`,
    });
  }
  /** Reads about to leave, by version. */
  const boarding = new Map<string | undefined, Flight>();
  const documentRef = (version: string | undefined): SecretRef => Object.freeze({ name: document, ...(version !== undefined && { version }) });

  /** Boards the read of this version, or starts one. A caller who leaves ends nobody else's wait; the last one ends the read. */
  async function read(version: string | undefined, options: ReadOptions): Promise<Document> {
    options.signal.throwIfAborted();
    const flight = boarding.get(version) ?? start(version);
    flight.waiting++;
    try {
      return await unlessAborted(flight.document, options.signal);
    } finally {
      if (--flight.waiting === 0) flight.controller.abort(options.signal.reason);
    }
  }

  function start(version: string | undefined): Flight {
    const controller = new AbortController();
    const document = Promise.resolve().then(() => {
      boarding.delete(version);
      controller.signal.throwIfAborted();
      // Each caller's own signal ends its wait in time; the first one's deadline is not the others'.
      return provider.get(documentRef(version), { signal: controller.signal, deadline: Infinity });
    });
    const flight: Flight = { document, controller, waiting: 0 };
    boarding.set(version, flight);
    return flight;
  }

  return {
    name: provider.name,
    kind: provider.kind ?? provider.name,
    identity: `${provider.identity ?? provider.name}${JSON.stringify([document])}`,
    ...settingsOf(provider),

    async get(ref, options) {
      return member(await read(ref.version, options), ref);
    },

    async getMany(refs, options) {
      const versions = new Set(refs.map(({ version }) => version));
      const documents = new Map<string | undefined, ReadResult>();
      await Promise.all(
        Array.from(versions, async (version) => {
          try {
            documents.set(version, await read(version, options));
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
    ...(provider.versionCheck !== undefined && { versionCheck: provider.versionCheck }),
    ...(provider.versionOf && { versionOf: (ref: SecretRef, options: ReadOptions) => provider.versionOf!(documentRef(ref.version), options) }),
    ...(provider.hasChanged && { hasChanged: () => provider.hasChanged!() }),
    ...(provider.close && { close: () => provider.close!() }),
  };
}

/** The member that `ref` names, as a secret of its own. An exact key only: a dot in a name is no path. */
function member(document: Document, ref: SecretRef): Secret | undefined {
  if (!document || !names(document, ref).includes(ref.name)) return undefined;
  try {
    return new Secret(document.field(ref.name), { ref, isJsonString: false });
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
