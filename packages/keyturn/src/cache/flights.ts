/** Any number of callers, one read; and nobody shares a read that began before the last invalidation. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type Clock, formatDuration, limitTime, unlessAborted } from '../core/clock.ts';
import { DeadlineExceededError, isUnavailable } from '../core/errors.ts';
import type { ReadOptions } from '../core/provider.ts';
import type { SecretRef } from '../core/ref.ts';
import { isSecret, type Secret } from '../core/secret.ts';
import type { Source } from '../core/source.ts';

/** A flight belongs to nobody: it runs in the context of the module, not in that of the first caller, whose request it would outlive. */
const outsideAnyRequest = AsyncLocalStorage.snapshot();

export interface Flight<T> {
  readonly key: string;
  /** What the flight reads: an invalidation asks it. */
  readonly name: string;
  readonly startedAt: number;
  /** Goes on when nobody waits: refresh-ahead. */
  isBackground: boolean;
  /** Set by an invalidation: whoever waits gets the result, and it is not kept. */
  isOutdated: boolean;
  /** Another read of the same document has answered meanwhile: which of two different answers is the newer, nobody can tell. */
  isOverlapped: boolean;
  readonly landed: Promise<T>;
}

interface Inner<T> extends Flight<T> {
  readonly controller: AbortController;
  /** Ends the wait of whoever may still come. */
  readonly drop: (reason: unknown) => void;
  waiting: number;
  isAbandoned: boolean;
  readonly document: string;
  readonly isCheck: boolean;
  /** When it began, an instant of the life clock, which goes on while the machine sleeps. */
  readonly bornAt: number;
  /** The next of those that read the same document and are in the air. */
  sibling: Inner<T> | undefined;
}

export interface FlightOptions {
  readonly key: string;
  /** Text of the document that is read; of two flights of one document only one is kept. Default: the key. */
  readonly document?: string;
  readonly name: string;
  readonly isBackground?: boolean;
  /** It may bring what is in memory already: no reader who wants it younger than something joins. */
  readonly isCheck?: boolean;
  /** Its answer counts although an invalidation overtook it: somebody asked for it to be read now. */
  readonly isRefresh?: boolean;
}

/** `R` is what is read, `T` what those who wait get of it. */
export class Flights<R, T> {
  readonly #flights = new Map<string, Inner<T>>();
  readonly #all = new Set<Inner<T>>();
  /** Of each document, the flight that began last; the others follow it. */
  readonly #latest = new Map<string, Inner<T>>();
  /** Reads that were asked to begin now: the one under way, and what those share who asked meanwhile. */
  readonly #turns = new Map<string, { readonly flight: Flight<T>; next: Promise<Flight<T>> | undefined }>();
  readonly #clock: Clock;
  readonly #life: Pick<Clock, 'now'>;
  readonly #deadline: number;
  /** Why no read begins any more. */
  #ended: Error | undefined;

  /** @param deadline how long a flight may take, in ms; an older one (the process was frozen, the machine slept) is joined by nobody, and not kept */
  constructor(clock: Clock, deadline: number, life: Pick<Clock, 'now'> = clock) {
    this.#clock = clock;
    this.#life = life;
    this.#deadline = deadline;
  }

  get size(): number {
    return this.#all.size;
  }

  /** The flight that a reader may join: begun at `since` or later, and still within its deadline. */
  joinable(key: string, since = -Infinity): Flight<T> | undefined {
    const flight = this.#flights.get(key);
    if (!flight || flight.isOverlapped || flight.startedAt < since || (flight.isCheck && since > -Infinity)) return undefined;
    return this.#isTooOld(flight) ? undefined : flight;
  }

  /**
   * Starts a read, and makes it the one that later readers join.
   *
   * `read` gets a signal of the flight's own, aborted when its deadline passes or when the last who waited has left.
   * `settle` is called once, before any waiter is told, with the flight and its result or failure; not when everybody has left.
   */
  start(options: FlightOptions, read: (options: ReadOptions) => Promise<R>, settle: (flight: Flight<T>, outcome: Outcome<R>) => T): Flight<T> {
    const controller = new AbortController();
    const startedAt = this.#clock.now();
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const flight: Inner<T> = {
      key: options.key,
      name: options.name,
      startedAt,
      isBackground: options.isBackground ?? false,
      isOutdated: false,
      isOverlapped: false,
      landed: promise,
      controller,
      drop: reject,
      waiting: 0,
      isAbandoned: false,
      document: options.document ?? options.key,
      isCheck: options.isCheck ?? false,
      bornAt: this.#life.now(),
      sibling: this.#latest.get(options.document ?? options.key),
    };
    this.#latest.set(flight.document, flight);
    this.#flights.set(options.key, flight);
    this.#all.add(flight);
    // Nobody may be waiting when it fails.
    promise.catch(() => undefined);
    const land = (outcome: { value?: R; error?: unknown }) => {
      this.#leaveAir(flight);
      if (flight.isAbandoned) return;
      // What was read before the machine slept may be as old as that.
      if (this.#isTooOld(flight)) flight.isOutdated = true;
      const counts = !flight.isOutdated || options.isRefresh === true;
      if (counts && (outcome.error === undefined || !isUnavailable(outcome.error))) this.#overlap(flight.document);
      try {
        resolve(settle(flight, { ...outcome, durationMs: this.#clock.now() - startedAt }));
      } catch (error) {
        reject(error as Error);
      }
    };
    outsideAnyRequest(() => {
      void this.#fly(flight, read).then(
        (value) => {
          land({ value });
        },
        (error: unknown) => {
          land({ error });
        },
      );
    });
    return flight;
  }

  /**
   * A flight that begins no earlier than this call. One at a time for each key: while one is under way, all who ask share the next,
   * so that a thousand callers who were refused with the old value cost two reads.
   */
  turn(key: string, start: () => Flight<T>): Flight<T> | Promise<Flight<T>> {
    const running = this.#turns.get(key);
    if (running) return (running.next ??= ended(running.flight).then(() => this.#take(key, start)));
    return this.#take(key, start);
  }

  #take(key: string, start: () => Flight<T>): Flight<T> {
    const flight = start();
    const turn = { flight, next: undefined };
    this.#turns.set(key, turn);
    void ended(flight).then(() => {
      if (this.#turns.get(key) === turn) this.#turns.delete(key);
    });
    return flight;
  }

  /**
   * The flight's result, or the signal's reason if that comes first. A caller who leaves ends nobody else's wait;
   * the last to leave ends the read.
   */
  async wait(flight: Flight<T>, signal?: AbortSignal): Promise<T> {
    const inner = flight as Inner<T>;
    inner.waiting++;
    try {
      return await (signal ? unlessAborted(flight.landed, signal) : flight.landed);
    } finally {
      if (--inner.waiting === 0 && !inner.isBackground && this.#all.has(inner)) {
        // It must not be joinable while it dies, or a newcomer would inherit the abort.
        this.#leaveAir(inner);
        inner.isAbandoned = true;
        inner.drop(signal?.reason);
        inner.controller.abort(signal?.reason);
      }
    }
  }

  /** From now on nobody joins the flights that `concerns` picks, and their results are not kept. Those who wait get what they asked for. */
  outdate(concerns: (flight: Flight<T>) => boolean): void {
    for (const flight of this.#all) {
      if (!concerns(flight)) continue;
      flight.isOutdated = true;
      if (this.#flights.get(flight.key) === flight) this.#flights.delete(flight.key);
    }
  }

  /** Ends every read; one that begins later ends at once, and asks nobody. */
  abort(reason: Error): void {
    this.#ended = reason;
    for (const flight of this.#all) {
      flight.isOutdated = true;
      flight.controller.abort(reason);
    }
    this.#flights.clear();
  }

  /** The read, or the abort of its signal if that comes first: a provider that ignores its signal holds nobody up. */
  async #fly(flight: Inner<T>, read: (options: ReadOptions) => Promise<R>): Promise<R> {
    const { controller, startedAt, key } = flight;
    const late = () =>
      new DeadlineExceededError(`${key}: no answer within ${formatDuration(this.#deadline)}.`, {
        ref: key,
        hint: 'Check that the source can be reached, or give it more time with the deadline option.',
      });
    const limit = limitTime(this.#clock, this.#deadline, late, controller.signal);
    try {
      if (this.#ended) throw this.#ended;
      return await unlessAborted(read({ signal: limit.signal, deadline: startedAt + this.#deadline }), limit.signal);
    } finally {
      limit.done();
    }
  }

  #isTooOld({ bornAt }: Inner<T>): boolean {
    return this.#life.now() - bornAt >= this.#deadline;
  }

  /** An answer came. What is still in the air may bring an older one: nobody joins it from now on, and it does not replace the answer. */
  #overlap(document: string): void {
    for (let other = this.#latest.get(document); other; other = other.sibling) other.isOverlapped = true;
  }

  /** A flight removes itself, and only itself: a younger one may have its place. */
  #leaveAir(flight: Inner<T>): void {
    if (!this.#all.delete(flight)) return;
    const { key, document, sibling } = flight;
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
    let later = this.#latest.get(document);
    if (later !== flight) {
      while (later && later.sibling !== flight) later = later.sibling;
      if (later) later.sibling = sibling;
    } else if (sibling) this.#latest.set(document, sibling);
    else this.#latest.delete(document);
  }
}

async function ended(flight: Flight<unknown>): Promise<void> {
  try {
    await flight.landed;
  } catch {
    // Those who waited for it were told.
  }
}

export interface Outcome<T> {
  readonly value?: T;
  readonly error?: unknown;
  readonly durationMs: number;
}

/** One read for many flights, as `prefetch` asks for them. It leaves when all of them are in the air, and ends when all of them have ended. */
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
    signal.addEventListener(
      'abort',
      () => {
        if (--this.#waiting === 0) this.#ending.abort(signal.reason);
      },
      { once: true },
    );
    this.#answers ??= Promise.resolve().then(() => this.#source.getMany(this.#refs, { signal: this.#ending.signal, deadline }));
    const answer = (await this.#answers)[index];
    if (answer === undefined || isSecret(answer)) return answer;
    throw answer;
  }
}
