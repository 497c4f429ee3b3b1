/** What the cache reads from: one place that stands for all providers of a chain. */
import type { ReadOptions, ReadResult } from './provider.ts';
import type { SecretRef } from './ref.ts';
import type { Secret } from './secret.ts';

export interface Source {
  /** Tells this source from others, for the cache's keys. */
  readonly identity: string;
  /** The whole document. Of a chain: of the providers before the one at `before` only. */
  get(ref: SecretRef, options: ReadOptions, before?: number): Promise<Secret | undefined>;
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
