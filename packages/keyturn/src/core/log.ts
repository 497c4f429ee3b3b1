/** Events as log lines: what happened to which name, at the level it deserves. */
import { formatDuration } from './duration.ts';
import { ConfigurationError, printable } from './errors.ts';
import type { Emitter, EventName, Events } from './events.ts';
import { formatRef } from './ref.ts';

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
  const isDebugOnly = name === 'hit' || name === 'miss' || name === 'refresh' || name === 'retry' || name === 'evict';
  if (least > logLevels.indexOf('error') || (isDebugOnly && least > 0)) return;
  events.on(name, (event) => {
    const [level, text] = lines[name](event);
    if (logLevels.indexOf(level) >= least) logger[level](printable(`keyturn: ${text}`));
  });
}

function ms(duration: number): string {
  return `${Math.round(duration)}ms`;
}
