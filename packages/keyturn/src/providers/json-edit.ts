/** Changes one member of a JSON object in its source text and leaves every other character as it stands. */
import { type JsonSlice, JsonSource, JsonSourceError } from '../core/json-source.ts';

/** `text` with member `key` of the object at `object` given as `source`, which is JSON. A new member goes last, laid out like its neighbours. */
export function setMember(text: string, object: JsonSlice, key: string, source: string): string {
  const members = new JsonSource(text).members(object);
  const present = members.get(key);
  if (present) return splice(text, present, source);
  const last = [...members.values()].at(-1);
  const member = (colon: string) => `${JSON.stringify(key)}${colon}${source}`;
  if (!last) return splice(text, object, `{${member(':')}}`);
  const lead = leadingSpace(text, object);
  const gap = lead === '' && /^:\s/.test(text.slice(text.lastIndexOf(':', last.start), last.start)) ? ' ' : lead;
  return `${text.slice(0, last.end)},${gap}${member(gap === '' ? ':' : ': ')}${text.slice(last.end)}`;
}

/** `text` without member `key` of the object at `object`; `undefined` when it has none. */
export function deleteMember(text: string, object: JsonSlice, key: string): string | undefined {
  const members = [...new JsonSource(text).members(object)];
  const index = members.findIndex(([name]) => name === key);
  const found = members[index]?.[1];
  if (!found) return undefined;
  const before = members[index - 1]?.[1];
  if (before) return text.slice(0, before.end) + text.slice(found.end);
  if (members.length === 1) return splice(text, object, '{}');
  const lead = leadingSpace(text, object);
  const rest = text.slice(found.end).replace(/^\s*,\s*/, '');
  return text.slice(0, object.start + 1) + lead + rest;
}

/** `text` with what stands at `slice` replaced. */
export function splice(text: string, slice: JsonSlice, source: string): string {
  return text.slice(0, slice.start) + source + text.slice(slice.end);
}

/**
 * The text of a JSON object with one field set, or deleted when `value` is `undefined`; `undefined` when there was none to delete.
 * @throws JsonSourceError when `text` is no JSON object; it quotes nothing
 */
export function changeField(text: string, field: string, value: string | undefined): string | undefined {
  const object = objectIn(text);
  return value === undefined ? deleteMember(text, object, field) : setMember(text, object, field, JSON.stringify(value));
}

/** The object that `text` is. */
export function objectIn(text: string): JsonSlice {
  const slice = new JsonSource(text).value();
  if (slice.kind !== 'object') throw new JsonSourceError('is no JSON object');
  return slice;
}

function leadingSpace(text: string, object: JsonSlice): string {
  return /^\s*/.exec(text.slice(object.start + 1, object.end))?.[0] ?? '';
}
