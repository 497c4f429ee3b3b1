/**
 * What a bounded cache has to know of its entries: how old they are, which was used last, and which are no longer valid.
 *
 * Forgetting many entries at once does not look at them: an invalidation is in force the moment its epoch is counted, and the memory
 * comes back in slices. The rules are:
 * - An entry remembers the epoch up to which it is known to be valid. Equal to the current one: nothing to ask.
 * - Otherwise the pending invalidations since then are asked; if none means this entry, it is valid up to now.
 * - A pass over all entries ends the invalidations that were pending when it began. What comes during a pass waits for the next.
 */
import { type Clock, systemClock } from '../core/clock.ts';

/** A wall clock this far behind where it was is taken as set back, and its next advance counts from there. */
const setBackBy = 1_000;

/** The one of when this was loaded: a test that takes the global one away for a while would stop our clock for good. */
const soon = setImmediate;

/**
 * Milliseconds that grow with the monotonic clock, and with the wall clock where that one moved further: a laptop that slept has
 * stopped the first, not the second.
 *
 * Looking at the system's clock costs more than the rest of a hit. So a hit compares with `glance`, the time of the last look in this
 * turn of the event loop; it is later than everything when there was none, and whoever finds it so calls `now()`. Any other clock
 * (a test's) is looked at every time and shows at once.
 */
export class LifeClock {
  glance = Infinity;
  readonly #clock: Clock;
  readonly #isCoarse: boolean;
  #holds = 0;
  #offset: number;
  #skipped = 0;
  #wallReadAt = -Infinity;
  #willForget = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#isCoarse = clock === systemClock;
    this.#offset = clock.wallNow() - clock.now();
  }

  now(): number {
    const monotonic = this.#clock.now();
    // Within a millisecond the wall clock has nothing new to say, and asking it is half the cost.
    if (!this.#isCoarse || monotonic - this.#wallReadAt >= 1) this.#followWall(monotonic);
    const now = monotonic + this.#skipped;
    if (this.#isCoarse) this.#remember(now);
    return now;
  }

  /** Until as many releases as holds, nobody glances: every reader comes the long way, where more is checked than the time. */
  hold(): void {
    this.#holds++;
    this.glance = Infinity;
  }

  release(): void {
    this.#holds--;
  }

  #followWall(monotonic: number): void {
    this.#wallReadAt = monotonic;
    const offset = this.#clock.wallNow() - monotonic;
    if (offset > this.#offset) {
      this.#skipped += offset - this.#offset;
      this.#offset = offset;
    } else if (offset < this.#offset - setBackBy) {
      this.#offset = offset;
    }
  }

  #remember(now: number): void {
    this.glance = this.#holds > 0 ? Infinity : now;
    if (this.#willForget) return;
    this.#willForget = true;
    // Not unref'd: the loop would then wait for its next event first, and who reads in that event would find the time of before the wait.
    soon(this.#forget);
  }

  readonly #forget = () => {
    this.glance = Infinity;
    this.#willForget = false;
  };
}

/** How many entries one turn of the event loop visits. */
const slice = 250;
/** So many pending invalidations are remembered one by one; one more means everything. */
const mostPending = 1_000;

interface Invalidation {
  readonly prefix: string;
  readonly provider: string | undefined;
  epoch: number;
  count: number;
  readonly counted: PromiseWithResolvers<number>;
}

export interface Reclaimable {
  epoch: number;
}

/** What the owner of the entries answers for. */
export interface Reclaimed<S> {
  /** Every slot once, and an end however many come meanwhile; they may come and go between two steps. */
  entries(): Iterator<S>;
  /** Removes what stands in `slot` if it is invalid or past every limit. */
  visit(slot: S): void;
}

export class Reclaim<E extends Reclaimable, S = E> {
  /** An entry of this epoch is valid. */
  epoch = 0;
  readonly #owner: Reclaimed<S>;
  readonly #pending = new Map<string, Invalidation[]>();
  #pendingCount = 0;
  #lengths: number[] = [];
  #isRunning = false;
  readonly #pendingChanged: ((isPending: boolean) => void) | undefined;
  #runAgain = false;

  /** @param pendingChanged told when the first invalidation is pending, and when none is any more */
  constructor(owner: Reclaimed<S>, pendingChanged?: (isPending: boolean) => void) {
    this.#owner = owner;
    this.#pendingChanged = pendingChanged;
  }

  /** From now on every entry whose name begins with `prefix`, of `provider` if given, is invalid. Resolves with their number once they are gone. */
  invalidate(prefix: string, provider?: string): Promise<number> {
    const isOver = this.#pendingCount >= mostPending;
    const invalidation = this.#pend(isOver ? '' : prefix, isOver ? undefined : provider);
    this.run();
    return invalidation.counted.promise;
  }

  /** Whether `entry` was invalidated since it was last known valid. */
  isInvalid(entry: E, name: string, provider: string | undefined): boolean {
    return this.#invalidation(entry, name, provider) !== undefined;
  }

  /** The same, and counts it if so: it is about to be removed. */
  claim(entry: E, name: string, provider: string | undefined): boolean {
    const invalidation = this.#invalidation(entry, name, provider);
    if (invalidation) invalidation.count++;
    return invalidation !== undefined;
  }

  /** Visits every entry, a slice at a time; the first slice now. */
  run(): void {
    if (this.#isRunning) {
      this.#runAgain = true;
      return;
    }
    this.#isRunning = true;
    const upTo = this.epoch;
    const entries = this.#owner.entries();
    const step = () => {
      for (let visited = 0; visited < slice; visited++) {
        const next = entries.next();
        if (next.done) {
          finish();
          return;
        }
        this.#owner.visit(next.value);
      }
      setImmediate(step);
    };
    const finish = () => {
      this.#isRunning = false;
      this.#finish(upTo);
      if (this.#runAgain) {
        this.#runAgain = false;
        this.run();
      }
    };
    step();
  }

  /** All entries are gone: whoever waits for a count gets it. */
  settle(): void {
    this.epoch++;
    this.#finish(this.epoch);
  }

  /** The same invalidation again, before the first is over, is one invalidation with one count. */
  #pend(prefix: string, provider: string | undefined): Invalidation {
    const epoch = ++this.epoch;
    const list = this.#pending.get(prefix);
    const same = list?.find((each) => each.provider === provider);
    if (same) {
      same.epoch = epoch;
      return same;
    }
    const invalidation = { prefix, provider, epoch, count: 0, counted: Promise.withResolvers<number>() };
    if (list) list.push(invalidation);
    else this.#pending.set(prefix, [invalidation]);
    if (this.#pendingCount++ === 0) this.#pendingChanged?.(true);
    if (!this.#lengths.includes(prefix.length)) this.#lengths = [...this.#lengths, prefix.length].sort((a, b) => a - b);
    return invalidation;
  }

  #invalidation(entry: E, name: string, provider: string | undefined): Invalidation | undefined {
    if (entry.epoch === this.epoch) return undefined;
    for (const length of this.#lengths) {
      if (length > name.length) break;
      const since = this.#pending.get(name.slice(0, length));
      const match = since?.find((each) => each.epoch > entry.epoch && (each.provider === undefined || each.provider === provider));
      if (match) return match;
    }
    entry.epoch = this.epoch;
    return undefined;
  }

  #finish(upTo: number): void {
    if (this.#pendingCount === 0) return;
    for (const [prefix, list] of this.#pending) {
      const later = list.filter((each) => {
        if (each.epoch > upTo) return true;
        each.counted.resolve(each.count);
        this.#pendingCount--;
        return false;
      });
      if (later.length > 0) this.#pending.set(prefix, later);
      else this.#pending.delete(prefix);
    }
    if (this.#pendingCount === 0) this.#pendingChanged?.(false);
    this.#lengths = [...new Set(Array.from(this.#pending.keys(), (prefix) => prefix.length))].sort((a, b) => a - b);
  }
}
