/** One read for many flights: what `prefetch` asks a source for at once. */
import type { ReadOptions } from '../core/provider.ts';
import type { SecretRef } from '../core/ref.ts';
import { isSecret, type Secret } from '../core/secret.ts';
import type { Source } from '../core/source.ts';

/** It leaves when all of them are in the air, and ends when all of them have ended. */
export class Batch {
  readonly #source: Source;
  readonly #refs: readonly SecretRef[];
  readonly #ending = new AbortController();
  #waiting = 0;
  #answers: ReturnType<Source['getMany']> | undefined;

  constructor(source: Source, refs: readonly SecretRef[]) {
    this.#source = source;
    this.#refs = refs;
  }

  async read(index: number, { signal, deadline }: ReadOptions): Promise<Secret | undefined> {
    this.#waiting++;
    signal.addEventListener('abort', () => { if (--this.#waiting === 0) this.#ending.abort(signal.reason); }, { once: true });
    this.#answers ??= Promise.resolve().then(() => this.#source.getMany(this.#refs, { signal: this.#ending.signal, deadline }));
    const answer = (await this.#answers)[index];
    if (answer === undefined || isSecret(answer)) return answer;
    throw answer;
  }
}
