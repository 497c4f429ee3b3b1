/** What happens, told to whoever listens. No event carries a value. */
import type { KeyturnError } from './errors.ts';
import type { SecretRef } from './ref.ts';

interface About {
  /** The document that was read: the reference without its field. */
  readonly ref: SecretRef;
  readonly provider: string | undefined;
}

interface Timed {
  /** How long the upstream read took, in ms. */
  readonly durationMs: number;
}

export interface Events {
  /** A fresh value was served from memory. */
  readonly hit: About;
  /** Nothing usable was in memory, and the source was read. `found` is false for an absent secret. */
  readonly miss: About & Timed & { readonly found: boolean };
  /** A value was read again: ahead of time, by `refresh()`, or by `prefetch`. */
  readonly refresh: About & Timed;
  /** A value past its time to live was served because its source cannot be reached. */
  readonly stale: About & { readonly ageMs: number; readonly code: string };
  /** The least recently used entry left for a new one. */
  readonly evict: About;
  /** Entries were dropped on purpose; one of `ref`, `prefix`, `provider` says which, none of them means all. */
  readonly invalidate: { readonly ref?: SecretRef | undefined; readonly prefix?: string | undefined; readonly provider?: string | undefined };
  /** The source gave another version than the one in memory. */
  readonly rotate: About & { readonly from: string | undefined; readonly to: string | undefined };
  /** An attempt failed and is made again. */
  readonly retry: About & { readonly attempt: number; readonly delayMs: number; readonly code: string };
  /** A read failed. */
  readonly error: About & Timed & { readonly error: KeyturnError };
  /** A lifetime was cut to `minTtl` or `maxTtl`. Once for each setting. */
  readonly clamp: { readonly setting: string; readonly fromMs: number; readonly toMs: number };
  /** A prefetch is over. */
  readonly prefetch: Timed & { readonly wanted: number; readonly failed: number };
}

export type EventName = keyof Events;
export type Listener<K extends EventName> = (event: Events[K]) => void;

/** One list of listeners for each event; a listener that throws harms nobody but itself. */
export class Emitter {
  readonly #listeners: { [K in EventName]?: Listener<K>[] } = {};
  /** Read on every hit: what to call, if anybody listens. */
  hit: Listener<'hit'> | undefined = undefined;

  /** Returns the unsubscriber. */
  on<K extends EventName>(name: K, listener: Listener<K>): () => void {
    // Of its own, so that one function may listen twice and leave once.
    const own: Listener<K> = (event) => listener(event);
    const list = ((this.#listeners[name] as Listener<K>[] | undefined) ?? []).concat(own);
    this.#set(name, list);
    return () => {
      this.#set(
        name,
        ((this.#listeners[name] as Listener<K>[] | undefined) ?? []).filter((other) => other !== own),
      );
    };
  }

  emit<K extends EventName>(name: K, event: Events[K]): void {
    const list = this.#listeners[name] as Listener<K>[] | undefined;
    if (list) for (const listener of list) call(name, listener, event);
  }

  #set<K extends EventName>(name: K, list: Listener<K>[]): void {
    (this.#listeners as Record<EventName, unknown>)[name] = list.length > 0 ? list : undefined;
    if (name === 'hit') this.hit = hitCaller(list as Listener<'hit'>[]);
  }
}

function hitCaller(list: readonly Listener<'hit'>[]): Listener<'hit'> | undefined {
  const [only, another] = list;
  if (!only) return undefined;
  if (!another)
    return (event) => {
      call('hit', only, event);
    };
  return (event) => {
    for (const listener of list) call('hit', listener, event);
  };
}

function call<K extends EventName>(name: K, listener: Listener<K>, event: Events[K]): void {
  try {
    const told: unknown = listener(event);
    // An async listener: nobody else waits for it, and an unhandled rejection would end the process.
    if (told instanceof Promise)
      told.catch(() => {
        warn(name);
      });
  } catch {
    warn(name);
  }
}

/** The error is not printed: it may hold whatever the listener held. */
function warn(name: EventName): void {
  process.emitWarning(`A listener for "${name}" threw.`, { code: 'KEYTURN_LISTENER' });
}
