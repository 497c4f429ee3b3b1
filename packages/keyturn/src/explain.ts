/** Where a secret would come from, and why: one read, uncached and unstored, told without its value. */
import type { Held } from './cache/stats.ts';
import type { Chain, Step } from './chain.ts';
import { isKeyturnError, type KeyturnError } from './core/errors.ts';
import type { ReadOptions } from './core/provider.ts';
import { documentOf, formatRef, type SecretRef } from './core/ref.ts';
import type { Secret } from './core/secret.ts';

export interface Explanation {
  /** Canonical text of what was asked. */
  readonly ref: string;
  readonly outcome: 'found' | 'absent' | 'failed';
  /** Which provider has it. */
  readonly provider?: string;
  readonly version?: string;
  /** What each provider said, in order. */
  readonly steps: readonly Step[];
  /** What the cache held before. */
  readonly cache: Held;
  /** Why it failed, or is absent although a document was found. */
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string };
}

export async function explain(chain: Chain, ref: SecretRef, cache: Held, options: ReadOptions): Promise<Explanation> {
  const steps: Step[] = [];
  const text = formatRef(ref);
  try {
    const secret = await read(chain, ref, options, steps);
    if (!secret) return { ref: text, outcome: 'absent', steps, cache };
    const { provider, version } = secret;
    return { ref: text, outcome: 'found', provider, ...(version !== undefined && { version }), steps, cache };
  } catch (error) {
    if (!isKeyturnError(error)) throw error;
    const { code, message, hint } = error as KeyturnError;
    return {
      ref: text,
      outcome: code === 'SECRET_NOT_FOUND' ? 'absent' : 'failed',
      steps,
      cache,
      error: { code, message, ...(hint !== undefined && { hint }) },
    };
  }
}

async function read(chain: Chain, ref: SecretRef, options: ReadOptions, steps: Step[]): Promise<Secret | undefined> {
  if (ref.field === undefined) return chain.get(ref, options, {}, steps);
  const own = chain.fieldOf(ref);
  if (!own) return (await chain.get(documentOf(ref), options, {}, steps))?.field(ref.field);
  const document = await chain.get(documentOf(ref), options, { before: own.index }, steps);
  if (document) return document.field(ref.field);
  steps[own.index] = { provider: own.secret.provider, outcome: 'found', durationMs: 0 };
  return own.secret;
}
