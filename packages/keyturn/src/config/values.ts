/** Single values of the configuration, checked by their type. A value is quoted only where it can be nothing but a duration. */
import { parseDuration } from '../core/clock.ts';
import { ConfigurationError } from '../core/errors.ts';
import type { SettingType } from './settings.ts';
import type { Tree } from './tree.ts';

/** Every text that is a duration, but those over 100 years; the schema of the file has the same expression. */
export const durationText = /^(?:0|none|(?:\d{1,16}(?:\.\d{1,16})?(?:ms|[dhms])){1,5})$/;
/** The longest that `parseDuration` takes. */
export const longestDurationText = 64;

/** A duration as `createSecrets` takes it. `where`: `keyturn.yaml: cache.ttl`, or a variable's name. */
export function durationOf(value: Tree, where: string): string | 0 {
  // What nearly is one is told with what was meant.
  if (typeof value === 'number' || (typeof value === 'string' && (durationText.test(value) || /^-?\d[\d.]{0,15} ?[a-z]{0,8}$/i.test(value)))) {
    parseDuration(value, where);
    return value as string | 0;
  }
  throw wrong(where, 'is not a duration', `Write text with a unit ('250ms', '30s', '5m', '1h30m'), 0, or 'none'.`);
}

/** A duration that leaves some time. */
export function periodOf(value: Tree, where: string): string {
  const period = durationOf(value, where);
  if (parseDuration(period, where) === 0)
    throw wrong(where, 'must not be 0', `Write text with a unit ('250ms', '30s', '5m', '1h30m'), or 'none' for no limit.`);
  return period as string;
}

export function settingOf(type: SettingType, value: Tree, where: string): string | number {
  if (type === 'duration') return durationOf(value, where);
  if (type === 'period') return periodOf(value, where);
  if (type === 'count') return countOf(value, where);
  if (typeof value !== 'string' || !type.includes(value)) throw wrong(where, 'is none of the words it may be', `Write one of ${type.join(', ')}.`);
  return value;
}

function countOf(value: Tree, where: string): number {
  const count = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 1) throw wrong(where, 'is not a whole number of at least 1', 'For example 1000.');
  return count;
}

/** `yes`, `on` and `1` are no flags: what they mean depends on whom one asks. */
export function flagOf(value: Tree, where: string): boolean {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw wrong(where, 'is neither true nor false', 'Write true or false.');
}

export function textOf(value: Tree, where: string): string {
  if (typeof value !== 'string' || value === '') throw wrong(where, 'must be text', 'Write it, or leave the setting out.');
  return value;
}

export function listOf(value: Tree, where: string): string[] {
  if (!Array.isArray(value) || value.length === 0) throw wrong(where, 'must be a list of texts', `For example ['prod/**'].`);
  return (value as readonly Tree[]).map((item, index) => textOf(item, `${where}[${index}]`));
}

export function wrong(where: string, what: string, hint: string): ConfigurationError {
  return new ConfigurationError(`${where} ${what}.`, { hint });
}
