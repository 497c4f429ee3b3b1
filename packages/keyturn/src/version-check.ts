/** Before a value that is in memory is read again: has it changed at all? A check is not a read, and never its judge. */
import { isKeyturnError, isUnavailable } from './core/errors.ts';
import type { Provider, ReadOptions } from './core/provider.ts';
import type { SecretRef } from './core/ref.ts';
import { Secret } from './core/secret.ts';

/** The provider has to be read: it cannot tell, or tells of another version. */
export const mustRead = Symbol('must read');

/**
 * `known`, confirmed, when `provider` says that it is still the current version; `undefined` when there is no such secret any more.
 *
 * Being allowed to describe a secret is another right than being allowed to read it. So a refusal here decides nothing: the read will.
 * @throws only what says that the provider cannot be asked at all
 */
export async function checkVersion(provider: Provider, ref: SecretRef, known: Secret, options: ReadOptions): Promise<Secret | undefined | typeof mustRead> {
  if (!provider.versionCheck || !provider.versionOf || known.provider !== provider.name || known.version === undefined) return mustRead;
  try {
    const info = await provider.versionOf(ref, options);
    if (!info) return undefined;
    return info.version === known.version ? new Secret(known, { confirmed: true, expiresAt: info.expiresAt }) : mustRead;
  } catch (error) {
    if (!isKeyturnError(error) || !isUnavailable(error)) return mustRead;
    throw error;
  }
}
