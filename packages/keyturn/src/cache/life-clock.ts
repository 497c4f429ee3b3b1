/** The clock that entries age by: monotonic, never set back, carried forward by a wall clock that jumps, and cheap enough for every hit. */
import { type Clock, systemClock } from '../core/clock.ts';

/** A wall clock this far behind where it was is taken as set back, and its next advance counts from there. */
const setBackBy = 1_000;

/** Ticks are whole numbers small enough to be compared without leaving the machine's integers: one is 16 ms, the last is in 198 days. */
const tick = 16;
const lastTick = 2 ** 30;

/** An instant as a tick that is not after it. */
export function tickOf(instant: number): number {
  return Math.floor(Math.min(Math.max(instant / tick, -lastTick), lastTick - 1)) | 0;
}

/**
 * Milliseconds that grow with the monotonic clock, and with the wall clock where that one moved further: a laptop that slept has
 * stopped the first, not the second.
 *
 * Looking at the system's clock costs more than the rest of a hit. So a hit compares with `glance`, a tick not before the last look of this
 * turn of the event loop; it is later than everything when there was none, and whoever finds it so calls `now()`. Any other clock
 * (a test's) is looked at every time and shows at once.
 */
export class LifeClock {
  glance = lastTick;
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
    this.glance = lastTick;
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
    this.glance = this.#holds > 0 ? lastTick : tickOf(now) + 1;
    if (this.#willForget) return;
    this.#willForget = true;
    setImmediate(this.#forget).unref();
  }

  readonly #forget = () => {
    this.glance = lastTick;
    this.#willForget = false;
  };
}
