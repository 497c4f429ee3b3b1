/** Writing to the one provider that is meant, and never to another. */
import type { Chain } from './chain.ts';
import { InvalidReferenceError, UnsupportedError } from './core/errors.ts';
import { meant } from './core/nearest.ts';
import type { Provider, ReadOptions } from './core/provider.ts';
import { documentOf, formatRef, type SecretRef } from './core/ref.ts';

export interface Written {
  /** Where it was written. */
  readonly provider: string;
  readonly version?: string;
  /** A provider asked before that one has the same name: reads go on giving its value. */
  readonly shadowedBy?: string;
}

export interface Listed {
  readonly name: string;
  readonly provider: string;
}

export async function set(chain: Chain, ref: SecretRef, value: string | Uint8Array, options: ReadOptions): Promise<Written> {
  const provider = target(chain, ref, 'set');
  const { version } = await provider.set!(bare(ref), value, options);
  const shadowedBy = await shadow(chain, ref, provider, options);
  return { provider: provider.name, ...(version !== undefined && { version }), ...(shadowedBy !== undefined && { shadowedBy }) };
}

/** @returns whether there was one */
export async function remove(chain: Chain, ref: SecretRef, options: ReadOptions): Promise<boolean> {
  return target(chain, ref, 'delete').delete!(bare(ref), options);
}

/** The names of all providers that can list, or of the one named. */
export async function list(chain: Chain, prefix: string, provider: string | undefined, options: ReadOptions): Promise<readonly Listed[]> {
  if (provider !== undefined && chain.indexOf(provider) < 0) {
    throw new InvalidReferenceError(`There is no provider "${provider}".`, { hint: `${meant(provider, chain.names)}There are ${chain.names.join(', ')}.` });
  }
  const able = chain.able('list').filter(({ name }) => provider === undefined || name === provider);
  if (able.length === 0)
    throw new UnsupportedError(provider === undefined ? 'No provider can list its names.' : `${provider} cannot list its names.`, {
      provider,
      hint: `Of this chain, these can: ${names(chain.able('list'))}.`,
    });
  const lists = await Promise.all(able.map(async (each) => (await each.list!(prefix, options)).map((name) => ({ name, provider: each.name }))));
  return lists.flat();
}

/** The provider that a write goes to: the one named, or the only one that can. */
function target(chain: Chain, ref: SecretRef, power: 'set' | 'delete'): Provider {
  const text = formatRef(ref);
  const able = chain.able(power, ref);
  const [only, another] = able;
  if (!only) {
    throw new UnsupportedError(
      ref.provider === undefined ? `${text}: no provider of this chain can ${power} it.` : `${text}: ${ref.provider} cannot ${power} it.`,
      {
        ref: text,
        hint: `Of this chain, these can write at all: ${names(chain.able(power))}.`,
      },
    );
  }
  if (another) {
    throw new InvalidReferenceError(`${text}: several providers can ${power} it (${names(able)}).`, { ref: text, hint: `Name one: ${only.name}://${text}.` });
  }
  return only;
}

/** Asked after a write: a read that fails says nothing, and is no reason to fail the write. */
async function shadow(chain: Chain, ref: SecretRef, provider: Provider, options: ReadOptions): Promise<string | undefined> {
  if (ref.provider !== undefined) ref = bare(ref);
  const index = chain.indexOf(provider.name);
  if (index === 0) return undefined;
  const own = ref.field === undefined ? undefined : chain.fieldOf(ref);
  if (own && own.index < index) return own.secret.provider;
  try {
    return (await chain.get(documentOf(ref), options, { before: index }))?.provider;
  } catch {
    return undefined;
  }
}

function bare(ref: SecretRef): SecretRef {
  const { provider: _, ...rest } = ref;
  return rest;
}

function names(providers: readonly Provider[]): string {
  return providers.map(({ name }) => name).join(', ') || 'none';
}
