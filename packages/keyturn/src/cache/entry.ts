/** What the secrets' cache keeps: a document with its times, and the fields that were cut from it. */
import type { Events } from '../core/events.ts';
import { Secret } from '../core/secret.ts';
import { type LifeClock, type Linked, Reclaim, tickOf } from './bookkeeping.ts';

/** What a reference's text leads to: a document, or one field of it. One shape for both, so that a hit is one path for the machine. */
export class Slot {
  readonly entry: Entry;
  readonly secret: Secret;
  /** Made once, so that a hit allocates nothing. */
  readonly promise: Promise<Secret>;

  constructor(entry: Entry, secret: Secret) {
    this.entry = entry;
    this.secret = secret;
    this.promise = Promise.resolve(secret);
  }
}

/**
 * One version of one document. Times are instants of the life clock in whole ms (small integers are cheaper to keep):
 * fresh until `freshUntil`, usable in an outage until `staleUntil`, then nothing.
 */
export class Entry implements Linked<Entry> {
  // What a hit touches comes first, within one line of the processor's cache.
  newer: Entry | undefined = undefined;
  older: Entry | undefined = undefined;
  /** `quietUntil` and `freshUntil` as ticks. */
  quietTick = 0;
  freshTick = 0;
  /** The event of a hit, made for the first who listens. */
  about: Events['hit'] | undefined = undefined;
  /** Until then a read need ask nothing else: refresh-ahead begins here, or freshness ends. Never after `freshUntil`. */
  quietUntil = 0;
  freshUntil = 0;
  staleUntil = 0;
  readonly home: Scope;
  /** Canonical text of the document, or of the one field that a provider answered on its own. */
  readonly text: string;
  secret: Secret;
  epoch: number;
  /** Texts in `home` that lead to fields of this entry; they leave with it. */
  fields: string[] | undefined = undefined;
  /** Set while the source cannot be reached. */
  outage: Outage | undefined = undefined;

  constructor(home: Scope, text: string, secret: Secret, times: Lifetime, epoch: number) {
    this.home = home;
    this.text = text;
    this.secret = secret;
    this.live(times);
    this.epoch = epoch;
  }

  live({ quietUntil, freshUntil, staleUntil }: Lifetime): void {
    this.freshUntil = freshUntil;
    this.staleUntil = staleUntil;
    this.freshTick = tickOf(freshUntil);
    this.quiet(quietUntil);
  }

  /** Sets when a read next asks more than the time. */
  quiet(until: number): void {
    this.quietUntil = Math.min(until, this.freshUntil);
    this.quietTick = tickOf(this.quietUntil);
  }

  /** Shortens its life: it is neither fresh nor usable from `instant` on. */
  endBy(instant: number): void {
    this.live({ quietUntil: this.quietUntil, freshUntil: Math.min(this.freshUntil, instant), staleUntil: Math.min(this.staleUntil, instant) });
  }

  /** No reader finds it fresh through a slot it still holds. */
  end(): void {
    this.live({ quietUntil: never, freshUntil: never, staleUntil: never });
  }
}

/** Before every instant of a clock, and still a small integer, like the times it replaces. */
const never = -(2 ** 30);

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

/** The entries of one chain of providers: a cache shared by production and staging has one for each. */
export class Scope {
  readonly id: number;
  readonly slots = new Map<string, Slot>();
  /** For a name, the texts under which it stands besides its own: versions, named providers, single fields. */
  readonly variants = new Map<string, Set<string>>();
  readonly reclaim: Reclaim<Entry, Slot>;
  /** For each who reads through this scope, what outdates its reads under way. */
  readonly outdate = new Set<(concerns: (name: string) => boolean) => void>();
  users = 0;

  constructor(id: number, clock: LifeClock, visit: (entry: Entry) => void) {
    this.id = id;
    this.reclaim = new Reclaim<Entry, Slot>(
      {
        entries: () => this.slots.values(),
        size: () => this.slots.size,
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

export function aboutOf(entry: Entry): Events['hit'] {
  const { ref, provider } = entry.secret;
  return (entry.about = { ref, provider });
}
