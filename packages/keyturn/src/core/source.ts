/** What the cache reads from: one place that stands for all providers of a chain. */
import type { ReadOptions, ReadResult } from './provider.ts';
import type { SecretRef } from './ref.ts';
import type { Secret } from './secret.ts';

/** How a document is read. */
export interface ReadHow {
  /** Of a chain: the providers before the one at this place only. */
  readonly before?: number;
  /** What is in memory. A provider that can tell whether it changed is asked for that first, and `known` comes back, confirmed, if it did not. */
  readonly known?: Secret | undefined;
}

export interface Source {
  /** Tells this source from others, for the cache's keys. */
  readonly identity: string;
  /** The whole document. */
  get(ref: SecretRef, options: ReadOptions, how?: ReadHow): Promise<Secret | undefined>;
  /** Whether the provider with this name is asked whether a value changed, before it is read again. */
  checksVersions(provider: string): boolean;
  /** Whether any of the providers reads many at once. */
  readonly canBatch: boolean;
  /** One result for each reference, in order. */
  getMany(refs: readonly SecretRef[], options: ReadOptions): Promise<readonly ReadResult[]>;
  /** The one field that a provider answers on its own, and that provider's place in the chain. */
  fieldOf(ref: SecretRef): { readonly secret: Secret; readonly index: number } | undefined;
  /** Whether any provider before `index` is asked for `ref` at all. */
  isAskedBefore(index: number, ref: SecretRef): boolean;
  /** The place in the chain of the provider with this name. */
  indexOf(provider: string): number;
  /** Whether any of the providers can notice changes of its own. */
  readonly canChange: boolean;
  /** Names of the providers that changed since last asked. */
  changed(): readonly string[];
  /** Ends with InvalidReferenceError if `ref` names a provider that is not here. */
  check(ref: SecretRef): void;
}
