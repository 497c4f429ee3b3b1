/** Durations as people write them: `'250ms'`, `'30s'`, `'5m'`, `'1h30m'`, `0`, `'none'`. */
import { ConfigurationError, printable } from './errors.ts';

/** Text with units (`'1h30m'`), `0` for never, `'none'` for no limit. */
export type Duration = string | 0;

const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;
const grammar = /^(?:\d+(?:\.\d+)?(?:ms|[dhms]))+$/;
const part = /(\d+(?:\.\d+)?)(ms|[dhms])/g;
const longest = 100 * 365 * units.d;

/**
 * Milliseconds of `value`; `Infinity` for `'none'`.
 *
 * A bare positive number is refused, because half the field counts seconds and half milliseconds.
 * @param where the setting's path, for the message: `cache.ttl`
 * @throws ConfigurationError naming the setting and quoting what was given
 */
export function parseDuration(value: unknown, where: string): number {
  if (value === 0 || value === '0') return 0;
  if (value === 'none') return Infinity;
  if (typeof value === 'number' && value > 0 && Number.isFinite(value)) throw bareNumber(value, where);
  if (typeof value === 'string') {
    if (/^\d+(?:\.\d+)?$/.test(value)) throw bareNumber(Number(value), where);
    if (value.length <= 64 && grammar.test(value)) {
      let ms = 0;
      for (const [, count, unit] of value.matchAll(part)) ms += Number(count) * units[unit as keyof typeof units];
      if (ms <= longest) return ms;
      throw new ConfigurationError(`${where}: ${quoted(value)} is over 100 years.`, { hint: `Write 'none' for no limit.` });
    }
  }
  throw new ConfigurationError(`${where}: ${quoted(value)} is not a duration.`, {
    hint: `Write text with a unit ('250ms', '30s', '5m', '1h30m'), 0, or 'none'.`,
  });
}

function bareNumber(value: number, where: string): ConfigurationError {
  return new ConfigurationError(`${where}: ${value} has no unit: it could be '${value}s' or '${value}ms'.`, {
    hint: `Write '${value}s' for seconds or '${value}ms' for milliseconds.`,
  });
}

function quoted(value: unknown): string {
  if (typeof value === 'string') return printable(JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value));
  return typeof value === 'number' || typeof value === 'boolean' || value == null ? String(value) : `a ${typeof value}`;
}

/** `ms` as people write it, for messages: `1h 30m`, `250ms`. */
export function formatDuration(ms: number): string {
  if (ms === Infinity) return 'none';
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  const parts: string[] = [];
  let rest = Math.round(ms / 1_000);
  for (const [unit, seconds] of [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
    ['s', 1],
  ] as const) {
    const count = Math.floor(rest / seconds);
    rest -= count * seconds;
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return parts.slice(0, 2).join(' ');
}
