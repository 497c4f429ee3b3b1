/** What the secrets' cache keeps: a document with its times, and the fields that were cut from it. */
import type { Events } from '../core/events.ts';
import { Secret } from '../core/secret.ts';
import { type LifeClock, Reclaim } from './bookkeeping.ts';
import type { LruList, Placed } from './recency.ts';
import { WideMap } from './wide-map.ts';

/**
 * What a reference's text leads to: a document, or one field of it. One shape for both, so that a hit is one path for the machine; and all
 * that a hit touches, so that it is in one line or two of the processor's cache.
 */
export class Slot {
  text: string;
  /** Where the numbers of its entry lie; 0 when it leads nowhere. */
  place: number;
  secret: Secret;
  /** Made once, so that a hit allocates nothing. */
  promise: Promise<Secret>;
  /**
   * What was read after it the last time. Programs read the same secrets in the same order again and again, and comparing a reader's text
   * with one guess costs less than finding it.
   */
  next: Slot = this;
  /** The event of a hit, made for the first who listens. */
  about: Events['hit'] | undefined = undefined;
  entry: Entry;

  constructor(text: string, entry: Entry, place: number, secret: Secret) {
    this.text = text;
    this.place = place;
    this.secret = secret;
    this.promise = Promise.resolve(secret);
    this.entry = entry;
  }

  /** It leads nowhere from now on, and holds no value, whoever still holds it. */
  drop(): void {
    const { nobody } = this.entry.home;
    this.text = nobody.text;
    this.place = 0;
    this.secret = nobody.secret;
    this.promise = nobody.promise;
    this.next = nobody;
    this.entry = nobody.entry;
  }
}

/** Where the numbers of an entry lie in the cache's `times`, from twice its place on. */
const quietAt = 0;
const freshAt = 1;
const staleAt = 2;
const epochAt = 3;

export function freshUntilOf({ times }: LruList<Entry>, place: number): number {
  return times[2 * place + freshAt]!;
}

export function staleUntilOf({ times }: LruList<Entry>, place: number): number {
  return times[2 * place + staleAt]!;
}

/** One version of one document. Its times are instants of the life clock in ms: fresh until `freshUntil`, usable in an outage until `staleUntil`, then nothing. */
export class Entry implements Placed {
  readonly home: Scope;
  /** Where it stands itself: by the canonical text of the document, or of the one field that a provider answered on its own. */
  slot: Slot;
  /** Fields of it that were asked for; they leave with it. */
  fields: Slot[] | undefined = undefined;
  /** Set while the source cannot be reached. */
  outage: Outage | undefined = undefined;

  constructor(home: Scope, text: string, secret: Secret) {
    this.home = home;
    this.slot = new Slot(text, this, 0, secret);
  }

  get place(): number {
    return this.slot.place;
  }

  set place(place: number) {
    this.slot.place = place;
  }

  get text(): string {
    return this.slot.text;
  }

  get secret(): Secret {
    return this.slot.secret;
  }

  /** Until then a read need ask nothing else: refresh-ahead begins here, or freshness ends. Never after `freshUntil`. */
  get quietUntil(): number {
    return this.#time(quietAt);
  }

  get freshUntil(): number {
    return this.#time(freshAt);
  }

  get staleUntil(): number {
    return this.#time(staleAt);
  }

  get epoch(): number {
    return this.#time(epochAt);
  }

  set epoch(epoch: number) {
    this.#setTime(epochAt, epoch);
  }

  live({ quietUntil, freshUntil, staleUntil }: Lifetime): void {
    this.#setTime(freshAt, freshUntil);
    this.#setTime(staleAt, staleUntil);
    this.quiet(quietUntil);
  }

  /** Sets when a read next asks more than the time. */
  quiet(until: number): void {
    this.#setTime(quietAt, Math.min(until, this.freshUntil));
  }

  /** Shortens its life: it is neither fresh nor usable from `instant` on. */
  endBy(instant: number): void {
    this.live({ quietUntil: this.quietUntil, freshUntil: Math.min(this.freshUntil, instant), staleUntil: Math.min(this.staleUntil, instant) });
  }

  #time(at: number): number {
    return this.home.recency.times[2 * this.place + at]!;
  }

  #setTime(at: number, value: number): void {
    // One that was removed meanwhile stays ended.
    if (this.place !== 0) this.home.recency.times[2 * this.place + at] = value;
  }
}

export interface Lifetime {
  readonly quietUntil: number;
  readonly freshUntil: number;
  readonly staleUntil: number;
}

/** What is known of a source that failed: when to try it next, and what covers for it meanwhile. */
export interface Outage {
  /** The code of the failure. */
  readonly code: string;
  /** Nobody asks the source before. */
  readonly coolUntil: number;
  /** The present cool-down; the next one is twice as long. */
  readonly coolDown: number;
  /** The entry's value, marked stale; made once. */
  readonly stale: Secret;
  /** What a later provider answered instead, and until when it may be given. */
  readonly detour: { readonly secret: Secret; readonly until: number } | undefined;
}

/* How a source that fails is left alone: one probe for each cool-down, the next twice as long. */

const firstCoolDown = 1_000;
const longestCoolDown = 30_000;

/** How long a reader waits for a probe in an outage that is known, in ms, before the stale value is served. */
export const patience = 100;

/** The source failed once more: the cool-down begins, or doubles. */
export function beginCoolDown(entry: Entry, code: string, now: number): void {
  const before = entry.outage;
  const coolDown = before ? Math.min(before.coolDown * 2, longestCoolDown) : firstCoolDown;
  entry.outage = {
    code,
    coolDown,
    coolUntil: now + coolDown,
    stale: before?.stale ?? new Secret(entry.secret, { stale: true }),
    detour: before?.detour,
  };
  // While the entry is fresh, the next refresh-ahead waits for the end of the cool-down.
  entry.quiet(Math.floor(entry.outage.coolUntil));
}

export function isCooling(outage: Outage | undefined, now: number): boolean {
  return outage !== undefined && now < outage.coolUntil;
}

/** The last probe failed not long ago: the source is still presumed away, and a reader need not wait for the next probe to end. */
export function isRecent(outage: Outage | undefined, now: number): boolean {
  return outage !== undefined && now < outage.coolUntil + outage.coolDown;
}

/** What a later provider answered while the first cannot be asked, if it is young enough. */
export function detourOf({ outage }: Entry, maxAge: number, now: number): Secret | undefined {
  const detour = outage?.detour;
  return detour && now < detour.until && (maxAge === Infinity || (maxAge > 0 && detour.secret.ageMs <= maxAge)) ? detour.secret : undefined;
}

/** So many fields of a document are expected to be read, with itself. */
const fieldsOfOne = 4;

/** The entries of one chain of providers: a cache shared by production and staging has one for each. */
export class Scope {
  readonly id: number;
  readonly slots: WideMap<Slot>;
  readonly recency: LruList<Entry>;
  /** What a slot that leads nowhere leads to: never fresh, and no reference has its text. */
  readonly nobody: Slot;
  /** For a name, the texts under which it stands besides its own: versions, named providers, single fields. */
  readonly variants = new Map<string, Set<string>>();
  readonly reclaim: Reclaim<Entry, Slot>;
  /** For each who reads through this scope, what outdates its reads under way. */
  readonly outdate = new Set<(concerns: (name: string) => boolean) => void>();
  users = 0;

  constructor(id: number, clock: LifeClock, recency: LruList<Entry>, maxEntries: number, visit: (entry: Entry) => void) {
    this.id = id;
    this.recency = recency;
    this.slots = new WideMap<Slot>(maxEntries * fieldsOfOne);
    this.nobody = new Entry(this, '\0', undefined as never).slot;
    this.reclaim = new Reclaim<Entry, Slot>(
      {
        entries: () => this.slots.values(),
        visit: ({ entry }) => {
          visit(entry);
        },
      },
      (isPending) => {
        if (isPending) clock.hold();
        else clock.release();
      },
    );
  }

  isInvalid(entry: Entry): boolean {
    return this.reclaim.isInvalid(entry, entry.secret.ref.name, entry.secret.provider);
  }
}

export function aboutOf(slot: Slot): Events['hit'] {
  const { ref, provider } = slot.entry.secret;
  return (slot.about = Object.freeze({ ref, provider }));
}
