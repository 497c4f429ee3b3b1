/** Many secrets in calls of twenty. What a batch cannot answer (versions, a bad name, no right to batch) is read on its own. */
import { isKeyturnError, isUnavailable, type KeyturnError } from '../core/errors.ts';
import type { ReadResult } from '../core/provider.ts';
import { formatRef, type SecretRef } from '../core/ref.ts';
import { type Answer, isAbout } from './aws-answer.ts';
import { type Asked, callError } from './aws-errors.ts';

/** As many as AWS takes in one call. */
const mostOfCall = 20;
/** So many single reads at a time: AWS counts calls by the second. */
const mostAtOnce = 10;

/** One member of `SecretValues`. */
export interface BatchValue extends Answer {
  readonly VersionStages?: unknown;
}

export interface BatchAnswer<V extends BatchValue> {
  readonly SecretValues?: readonly V[];
  readonly Errors?: readonly { readonly SecretId?: unknown; readonly ErrorCode?: unknown; readonly Message?: unknown }[];
}

export interface BatchSource<V extends BatchValue> {
  /** Asks for the current versions of these names in one call. @throws what the call as a whole failed with */
  call(names: readonly string[], region: string | undefined): Promise<BatchAnswer<V>>;
  /** @throws InvalidReferenceError for an ARN of something else */
  regionOf(ref: SecretRef): string | undefined;
  one(ref: SecretRef): Promise<ReadResult>;
  /** What a value is to us. */
  secret(ref: SecretRef, value: V): Promise<ReadResult>;
  asked(ref: SecretRef): Asked;
}

export class AwsBatch {
  /** Regions in which we may not batch: it is not tried again. */
  readonly #denied = new Set<string>();

  /** One result for each of `refs`, in order. */
  async read<V extends BatchValue>(refs: readonly SecretRef[], source: BatchSource<V>): Promise<ReadResult[]> {
    const results: ReadResult[] = refs.map(() => undefined);
    const singly: number[] = [];
    const byRegion = new Map<string, number[]>();
    for (const [index, ref] of refs.entries()) {
      // A batch gives current versions only.
      if (ref.version !== undefined) singly.push(index);
      else
        try {
          const region = source.regionOf(ref) ?? '';
          byRegion.set(region, [...(byRegion.get(region) ?? []), index]);
        } catch (error) {
          results[index] = ours(error);
        }
    }
    const calls: Promise<void>[] = [];
    for (const [region, indexes] of byRegion) {
      for (let at = 0; at < indexes.length; at += mostOfCall) {
        const some = indexes.slice(at, at + mostOfCall);
        // One alone needs no batch, and no right to it.
        if (some.length === 1 || this.#denied.has(region)) singly.push(...some);
        else calls.push(this.#batch(refs, some, region, source, results).then((rest) => void singly.push(...rest)));
      }
    }
    await Promise.all(calls);
    const next = singly.values();
    const worker = async () => {
      for (const index of next) results[index] = await source.one(refs[index] as SecretRef);
    };
    await Promise.all(Array.from({ length: Math.min(mostAtOnce, singly.length) }, worker));
    return results;
  }

  /** Fills `results`, and answers which must be read on their own. */
  async #batch<V extends BatchValue>(
    refs: readonly SecretRef[],
    indexes: readonly number[],
    region: string,
    source: BatchSource<V>,
    results: ReadResult[],
  ): Promise<readonly number[]> {
    let answer: BatchAnswer<V>;
    try {
      answer = await source.call([...new Set(indexes.map((index) => (refs[index] as SecretRef).name))], region || undefined);
    } catch (error) {
      const failure = ours(error);
      if (failure.code === 'ACCESS_DENIED') this.#denied.add(region);
      // What says nothing about the way of asking would be said of each of them again.
      if (!isUnavailable(failure) && (failure.code as string) !== 'CLOSED') return indexes;
      for (const index of indexes) results[index] = about(failure, refs[index] as SecretRef);
      return [];
    }
    const rest: number[] = [];
    for (const index of indexes) {
      const ref = refs[index] as SecretRef;
      const [value, another] = (answer.SecretValues ?? []).filter((each) => isOf(each, ref.name));
      const failed = answer.Errors?.find((each) => each.SecretId === ref.name);
      // Two that may differ: asked on its own, it has one.
      if (value && another) rest.push(index);
      else if (value) results[index] = await source.secret(ref, value);
      else if (failed) {
        const thrown = { name: String(failed.ErrorCode), message: String(failed.Message), $fault: 'client' };
        results[index] = callError(thrown, source.asked(ref));
      } else rest.push(index);
    }
    return rest;
  }
}

/** In the current version. */
function isOf(value: BatchValue, name: string): boolean {
  const { VersionStages: stages } = value;
  return Array.isArray(stages) && stages.includes('AWSCURRENT') && isAbout(value, name);
}

function ours(error: unknown): KeyturnError {
  if (isKeyturnError(error)) return error;
  throw error;
}

/** The failure of a whole call, as one of a single secret. */
function about(failure: KeyturnError, ref: SecretRef): KeyturnError {
  const Kind = failure.constructor as new (message: string, details: object) => KeyturnError;
  const text = formatRef(ref);
  return new Kind(`${text}: ${failure.message}`, { ref: text, provider: failure.provider, hint: failure.hint });
}
