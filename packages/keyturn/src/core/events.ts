/** What happens, told to whoever listens, and to a logger line by line. No event carries a value. */
import { formatDuration } from './clock.ts';
import { ConfigurationError, type KeyturnError, printable } from './errors.ts';
import { formatRef, type SecretRef } from './ref.ts';

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
  /** Its source was asked, and said that the value in memory is still the current version: nothing was read. */
  readonly unchanged: About & Timed;
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

/** In an object of its own, so that one function may listen twice and leave once. */
interface Listening<K extends EventName> {
  readonly listener: Listener<K>;
}

/** One list of listeners for each event; a listener that throws harms nobody but itself. */
export class Emitter {
  readonly #listening: { [K in EventName]?: readonly Listening<K>[] } = {};
  /** Read on every hit: what to call, if anybody listens. */
  hit: Listener<'hit'> | undefined = undefined;

  /** Returns the unsubscriber. */
  on<K extends EventName>(name: K, listener: Listener<K>): () => void {
    if (!Object.hasOwn(lines, name))
      throw new ConfigurationError(`on: there is no event ${JSON.stringify(name)}.`, { hint: `There are ${Object.keys(lines).join(', ')}.` });
    if (typeof listener !== 'function') throw new ConfigurationError(`on: the listener for ${name} is no function.`, { hint: 'It is called with each event.' });
    const own: Listening<K> = { listener };
    this.#set(name, [...this.#get(name), own]);
    return () => {
      this.#set(
        name,
        this.#get(name).filter((other) => other !== own),
      );
    };
  }

  emit<K extends EventName>(name: K, event: Events[K]): void {
    for (const { listener } of this.#get(name)) call(name, listener, event);
  }

  #get<K extends EventName>(name: K): readonly Listening<K>[] {
    return (this.#listening[name] as readonly Listening<K>[] | undefined) ?? [];
  }

  #set<K extends EventName>(name: K, list: readonly Listening<K>[]): void {
    (this.#listening as Record<EventName, unknown>)[name] = list;
    if (name === 'hit') this.hit = hitCaller(list as readonly Listening<'hit'>[]);
  }
}

/** With one listener there is no list to go through. */
function hitCaller(list: readonly Listening<'hit'>[]): Listener<'hit'> | undefined {
  const [only, another] = list;
  if (!only) return undefined;
  const { listener } = only;
  if (!another)
    return (event) => {
      call('hit', listener, event);
    };
  return (event) => {
    for (const each of list) call('hit', each.listener, event);
  };
}

function call<K extends EventName>(name: K, listener: Listener<K>, event: Events[K]): void {
  try {
    const told: unknown = listener(event);
    if (told !== undefined) follow(name, told);
  } catch {
    warn(name);
  }
}

/** An async listener: nobody else waits for it, and an unhandled rejection would end the process. */
function follow(name: EventName, told: unknown): void {
  if (told instanceof Promise)
    told.catch(() => {
      warn(name);
    });
}

/** The error is not printed: it may hold whatever the listener held. */
function warn(name: EventName): void {
  process.emitWarning(`A listener for "${name}" threw.`, { code: 'KEYTURN_LISTENER' });
}

/** `console`, pino and winston have this shape. */
export interface Logger {
  debug(line: string): void;
  info(line: string): void;
  warn(line: string): void;
  error(line: string): void;
}

export const logLevels = ['debug', 'info', 'warn', 'error', 'off'] as const;
export type LogLevel = (typeof logLevels)[number];

type Line<K extends EventName> = (event: Events[K]) => [level: Exclude<LogLevel, 'off'>, text: string];

const lines: { readonly [K in EventName]: Line<K> } = {
  hit: ({ ref }) => ['debug', `hit ${formatRef(ref)}`],
  miss: ({ ref, provider, durationMs, found }) => [
    'debug',
    found ? `miss ${formatRef(ref)}: read from ${provider} in ${ms(durationMs)}` : `miss ${formatRef(ref)}: absent everywhere, ${ms(durationMs)}`,
  ],
  refresh: ({ ref, provider, durationMs }) => ['debug', `refresh ${formatRef(ref)}: read from ${provider} in ${ms(durationMs)}`],
  unchanged: ({ ref, provider, durationMs }) => ['debug', `unchanged ${formatRef(ref)}: ${provider} has no newer version, ${ms(durationMs)}`],
  retry: ({ ref, provider, attempt, delayMs, code }) => [
    'debug',
    `retry ${formatRef(ref)}: attempt ${attempt} of ${provider} failed (${code}), next in ${ms(delayMs)}`,
  ],
  evict: ({ ref }) => ['debug', `evict ${formatRef(ref)}: the least recently used`],
  invalidate: ({ ref, prefix, provider }) => [
    'info',
    `invalidate ${ref ? formatRef(ref) : [prefix === undefined ? '' : `${prefix}…`, provider ?? ''].filter(Boolean).join(' of ') || 'everything'}`,
  ],
  rotate: ({ ref, provider, from, to }) => ['info', `rotate ${formatRef(ref)}: ${provider} went from version ${from ?? '?'} to ${to ?? '?'}`],
  prefetch: ({ wanted, failed, durationMs }) =>
    failed === 0
      ? ['info', `prefetch: ${wanted} secrets in ${ms(durationMs)}`]
      : ['warn', `prefetch: ${failed} of ${wanted} secrets failed, ${ms(durationMs)}`],
  stale: ({ ref, provider, ageMs, code }) => ['warn', `stale ${formatRef(ref)}: ${provider} cannot be asked (${code}), served at age ${formatDuration(ageMs)}`],
  clamp: ({ setting, fromMs, toMs }) => ['warn', `clamp: a ttl of ${formatDuration(fromMs)} became ${formatDuration(toMs)}, the ${setting}`],
  error: ({ ref, error, durationMs }) => ['error', `error ${formatRef(ref)}: ${error.message} (${ms(durationMs)})`],
};

const debugOnly: ReadonlySet<EventName> = new Set<EventName>(['hit', 'miss', 'refresh', 'unchanged', 'retry', 'evict']);

/** Writes what `events` tell to `logger`, from `level` up. @throws ConfigurationError for an unknown level */
export function logEvents(events: Emitter, logger: Logger, level: LogLevel = 'info'): void {
  if (!logLevels.includes(level)) {
    throw new ConfigurationError(`log.level: ${JSON.stringify(level)} is no level.`, { hint: `Levels are ${logLevels.join(', ')}.` });
  }
  const least = logLevels.indexOf(level);
  for (const name of Object.keys(lines) as EventName[]) listen(events, logger, name, least);
}

/** Events that are all below the level are not listened to: on a hit even making the event would cost. */
function listen<K extends EventName>(events: Emitter, logger: Logger, name: K, least: number): void {
  if (least > logLevels.indexOf('error') || (debugOnly.has(name) && least > 0)) return;
  events.on(name, (event) => {
    const [level, text] = lines[name](event);
    if (logLevels.indexOf(level) >= least) logger[level](printable(`keyturn: ${text}`));
  });
}

function ms(duration: number): string {
  return `${Math.round(duration)}ms`;
}
