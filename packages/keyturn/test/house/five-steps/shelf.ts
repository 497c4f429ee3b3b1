/** A shelf of notes behind HTTP: the provider that the steps of CONTRIBUTING.md lead to. */
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { ConfigurationError } from '../../../src/core/errors.ts';
import type { Provider, ProviderOptions } from '../../../src/core/provider.ts';
import type { SecretRef } from '../../../src/core/ref.ts';
import { Secret } from '../../../src/core/secret.ts';
import { commonSettings } from '../../../src/providers/provider-options.ts';
import { shelfError } from './shelf-errors.ts';

export interface ShelfOptions extends ProviderOptions {
  /** Where the shelf is. Default `http://127.0.0.1:7070`. */
  readonly address?: string | undefined;
}

/** Notes from a shelf. @throws ConfigurationError when an option is unknown or wrong */
export function shelf(options: ShelfOptions = {}): Provider {
  const settings = commonSettings('shelf', options, ['address']);
  const { address = 'http://127.0.0.1:7070' } = options;
  if (!URL.canParse(address))
    throw new ConfigurationError('shelf.address is no address.', { provider: settings.name, hint: 'For example http://127.0.0.1:7070.' });

  /** The body of the answer, or what went wrong as one of our errors. */
  const ask = async (path: string, signal: AbortSignal, ref?: SecretRef): Promise<Buffer | undefined> => {
    signal.throwIfAborted();
    let status: string | undefined;
    try {
      const [response] = (await once(get(new URL(path, address), { agent: false, signal }), 'response')) as [IncomingMessage];
      const body = Buffer.concat(await response.toArray());
      if (response.statusCode === 200) return body;
      status = response.headers['x-shelf-error'] as string | undefined;
    } catch {
      signal.throwIfAborted();
    }
    const error = shelfError(status, settings.name, ref);
    if (error) throw error;
    return undefined;
  };

  return {
    ...settings,
    identity: `shelf:${new URL(address).origin}`,
    async get(ref, { signal }) {
      // Nothing on a shelf has a version.
      if (ref.version !== undefined) return undefined;
      const value = await ask(`/notes?name=${encodeURIComponent(ref.name)}`, signal, ref);
      return value && new Secret({ ref, value, provider: settings.name });
    },
    async check({ signal }) {
      await ask('/', signal);
    },
  };
}
