/** Which values are hidden, and for how long: longer than any cache holds them, because logs are written late. */
import { type Clock, systemClock } from '../core/clock.ts';
import type { Secret } from '../core/secret.ts';
import { formsOf, isWorthHiding } from './forms.ts';
import { Matcher } from './matcher.ts';
import { ScrubStream } from './stream.ts';

export interface ScrubberOptions {
  /** Measures the hour. */
  readonly clock?: Clock | undefined;
  /** The most values it knows. Default 10,000. */
  readonly maxValues?: number | undefined;
}

export interface AddOptions {
  /** Also values that look ordinary: under 6 bytes, or numbers of fewer than 6 digits. Default `false`. */
  readonly always?: boolean | undefined;
}

interface Known {
  readonly key: string;
  readonly value: string | Uint8Array;
  /** Whether its lines are hidden one by one, too. */
  hasLines: boolean;
  /** Secrets and callers that keep it. At none, its last hour begins. */
  holders: number;
}

const hour = 3_600_000;

/**
 * Hides the values it knows in text and streams, in every form they usually take.
 *
 * The rules are:
 * - A value is known from the moment it is added, and for an hour after the last Secret or caller has let it go.
 * - While `pin()` is held nothing is forgotten, not even over the bound: a child may print what it was given at any time.
 * - Over the bound, values in their last hour go first, the oldest first; then the oldest of all, with one warning.
 * - Forgetting waits until an eighth of all values can go; learning never waits.
 * - Nothing is computed until something is scrubbed.
 *
 * ```ts
 * const scrubber = new Scrubber();
 * scrubber.add('hunter2-hunter2');
 * scrubber.scrub('login with hunter2-hunter2'); // login with [redacted]
 * ```
 */
export class Scrubber {
  readonly #clock: Clock;
  readonly #maxValues: number;
  /** Oldest first. */
  readonly #known = new Map<string, Known>();
  /** Values in their last hour and when it ends; the order they came in is the order they leave. */
  readonly #leaving = new Map<Known, number>();
  readonly #remembered = new WeakSet<Secret>();
  readonly #collected = new FinalizationRegistry<readonly Known[]>((values) => {
    for (const value of values) this.#letGo(value);
  });
  #pins = 0;
  #hasWarned = false;
  #matcher = new Matcher([]);
  /** Values that the matcher does not know yet. */
  #added: Known[] = [];
  /** Values that the matcher knows and that have left. */
  #dropped = 0;

  constructor(options: ScrubberOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#maxValues = options.maxValues ?? 10_000;
  }

  /** Hides `value` until the returned function is called, and for an hour after. An ordinary value is not hidden unless `always`. */
  add(value: string | Uint8Array, options: AddOptions = {}): () => void {
    const known = this.#hold(value, { hasLines: true, always: options.always ?? false });
    let isHeld = known !== undefined;
    return () => {
      if (isHeld) this.#letGo(known!);
      isHeld = false;
    };
  }

  /** Hides every scalar of `secret`, and its whole text, while the object is alive and for an hour after. To be called when it is read. */
  remember(secret: Secret): void {
    if (this.#remembered.has(secret)) return;
    this.#remembered.add(secret);
    const scalars = secret.scalars();
    // The lines of a JSON document are names and brackets; its values are hidden one by one.
    const isDocument = scalars.length > 1;
    const values = scalars.length > 0 ? scalars : [secret.bytes()];
    const held = values.map((value, index) => this.#hold(value, { hasLines: index > 0 || !isDocument, always: false }));
    this.#collected.register(
      secret,
      held.filter((known) => known !== undefined),
    );
  }

  /** Until the returned function is called, nothing is forgotten. For a child's whole life. */
  pin(): () => void {
    this.#pins++;
    let isHeld = true;
    return () => {
      if (isHeld) this.#pins--;
      isHeld = false;
    };
  }

  /** `text` with `[redacted]` in the place of every known value. */
  scrub(text: string): string {
    const bytes = Buffer.from(text);
    const { shown } = this.#upToDate().scrub(bytes, -1, true);
    return shown === bytes ? text : shown.toString();
  }

  /** A scrubber for bytes that come in chunks; one for each stream. */
  stream(): ScrubStream {
    return new ScrubStream(() => this.#upToDate());
  }

  #hold(value: string | Uint8Array, { hasLines, always }: { hasLines: boolean; always: boolean }): Known | undefined {
    if (value.length === 0 || (!always && !isWorthHiding(value))) return undefined;
    const key = typeof value === 'string' ? `text ${value}` : `bytes ${Buffer.from(value).toString('latin1')}`;
    let known = this.#known.get(key);
    if (known === undefined || (hasLines && !known.hasLines)) {
      known ??= { key, value: typeof value === 'string' ? value : new Uint8Array(value), hasLines, holders: 0 };
      known.hasLines = hasLines;
      this.#added.push(known);
    }
    known.holders++;
    this.#leaving.delete(known);
    this.#known.delete(key);
    this.#known.set(key, known);
    this.#forget();
    return known;
  }

  #letGo(known: Known): void {
    known.holders--;
    // One that left over the bound may have come back as another.
    if (known.holders === 0 && this.#known.get(known.key) === known) this.#leaving.set(known, this.#clock.now() + hour);
  }

  #forget(): void {
    if (this.#pins > 0) return;
    const now = this.#clock.now();
    for (const [known, end] of this.#leaving) {
      if (end > now && this.#known.size <= this.#maxValues) break;
      this.#drop(known);
    }
    for (const known of this.#known.values()) {
      if (this.#known.size <= this.#maxValues) break;
      this.#drop(known);
      if (!this.#hasWarned) {
        this.#hasWarned = true;
        process.emitWarning(`More than ${this.#maxValues} secret values are in use: the oldest are no longer hidden in logs.`, { code: 'KEYTURN_SCRUBBER' });
      }
    }
  }

  #drop(known: Known): void {
    this.#known.delete(known.key);
    this.#leaving.delete(known);
    this.#dropped++;
  }

  #upToDate(): Matcher {
    this.#forget();
    // Built anew once an eighth has left, so that a full registry with much coming and going is not built for each of them.
    if (this.#dropped > this.#known.size / 8) {
      this.#matcher = new Matcher([...this.#known.values()].flatMap(formsOfKnown));
      this.#dropped = 0;
    } else if (this.#added.length > 0) this.#matcher = this.#matcher.with(this.#added.flatMap(formsOfKnown));
    this.#added = [];
    return this.#matcher;
  }
}

function formsOfKnown({ value, hasLines }: Known): string[] {
  return formsOf(value, { lines: hasLines });
}

/** The one registry of this process: what is added or remembered here is hidden wherever it is used. `keyturn run` feeds it with all that it reads. */
export const processScrubber: Scrubber = new Scrubber();
