/** A source that answers when it is told, with what it held when it was asked or when it answers; every value says whose it is and how old. */
import type { Clock, Provider, ReadOptions, ReadResult, Secret, SecretRef } from '../../packages/keyturn/src/index.ts';
import type { Library } from '../library.ts';
import { pick, type Random } from '../random.ts';
import { documentOf } from './values.ts';

export type Kind = 'value' | 'absent' | 'denied';

/** What the source holds under a name, from one change to the next. */
interface State {
  readonly kind: Kind;
}

export interface Pending {
  readonly refs: readonly SecretRef[];
  /** What each name was when the read arrived. */
  readonly seen: readonly number[];
  readonly answer: (results: ReadResult[]) => void;
  readonly fail: (error: Error) => void;
  isOver: boolean;
}

export class RaceSource {
  readonly provider: Provider;
  readonly pending: Pending[] = [];
  /** All states of each name since the start; the place in the list is the version. */
  readonly #states = new Map<string, State[]>();
  /** When a read of the name last failed for want of its source, in whole turns of the event loop. */
  readonly failedAt = new Map<string, number>();
  readonly #library: Library;
  readonly #random: Random;
  readonly #clock: Clock | undefined;
  /** Aborted reads are over at once, or go on: not every provider is a good one. */
  readonly #heedsSignal: boolean;

  constructor(library: Library, names: readonly string[], random: Random, clock: Clock | undefined) {
    this.#library = library;
    this.#random = random;
    this.#clock = clock;
    this.#heedsSignal = random() < 0.7;
    for (const name of names) this.#states.set(name, [{ kind: 'value' }]);
    const one = (ref: SecretRef, options: ReadOptions) =>
      this.#arrive([ref], options).then(([result]) => {
        if (result instanceof Error) throw result;
        return result;
      });
    this.provider = {
      name: 'race',
      get: one,
      ...(random() < 0.5 && { getMany: (refs: readonly SecretRef[], options: ReadOptions) => this.#arrive(refs, options) }),
    };
  }

  version(name: string): number {
    return (this.#states.get(name) as State[]).length;
  }

  change(name: string, kind: Kind): void {
    (this.#states.get(name) as State[]).push({ kind });
  }

  kindOf(name: string, version: number): Kind | undefined {
    return (this.#states.get(name) as State[])[version - 1]?.kind;
  }

  /** Ends a read that is under way with what it saw on arrival, or with what is there now. */
  answer(read: Pending): void {
    if (read.isOver) return;
    this.#leave(read);
    const isLate = this.#random() < 0.3;
    read.answer(read.refs.map((ref, index) => this.#resultOf(ref, isLate ? this.version(ref.name) : (read.seen[index] as number))));
  }

  fail(read: Pending, turn: number): void {
    if (read.isOver) return;
    this.#leave(read);
    for (const { name } of read.refs) this.failedAt.set(name, turn);
    const { ProviderUnavailableError, AuthenticationError } = this.#library;
    const Kind = pick(this.#random, [ProviderUnavailableError, ProviderUnavailableError, AuthenticationError]);
    read.fail(new Kind('The race source cannot be asked.', { provider: 'race' }));
  }

  #arrive(refs: readonly SecretRef[], { signal }: ReadOptions): Promise<ReadResult[]> {
    // The crowd that fills the cache before a race begins.
    if (!refs.some(({ name }) => this.#states.has(name))) return Promise.resolve(refs.map((ref) => this.#secretOf(ref, 1)));
    return new Promise((resolve, reject) => {
      const read: Pending = { refs, seen: refs.map(({ name }) => this.version(name)), answer: resolve, fail: reject, isOver: false };
      this.pending.push(read);
      const abort = () => {
        if (read.isOver) return;
        this.#leave(read);
        reject(signal.reason as Error);
      };
      if (this.#heedsSignal) signal.addEventListener('abort', abort, { once: true });
    });
  }

  #leave(read: Pending): void {
    read.isOver = true;
    const at = this.pending.indexOf(read);
    if (at >= 0) this.pending.splice(at, 1);
  }

  #resultOf(ref: SecretRef, version: number): ReadResult {
    const kind = this.kindOf(ref.name, version);
    if (kind === 'absent') return undefined;
    if (kind === 'denied') return new this.#library.AccessDeniedError('The race source refuses.', { provider: 'race' });
    return this.#secretOf(ref, version);
  }

  #secretOf(ref: SecretRef, version: number): Secret {
    return new this.#library.Secret({
      ref,
      value: documentOf(ref.name, version),
      provider: 'race',
      version: String(version),
      ...(this.#clock && { clock: this.#clock }),
    });
  }
}
