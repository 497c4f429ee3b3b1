/** Secrets in a JSON file: a name is a key, or a path of keys; every value is the file's own text. */
import { type JsonSlice, JsonSource, JsonSourceError } from '../core/json-source.ts';
import { bareName, type Change, type FileFormat, type SecretsDocument } from './file-format.ts';
import { FileProblem } from './file-problem.ts';
import { changeField, deleteMember, setMember, splice } from './json-edit.ts';

interface Found {
  /** The object that holds it. */
  readonly holder: JsonSlice;
  readonly key: string;
  readonly slice: JsonSlice;
}

export const jsonFormat: FileFormat = {
  empty: '{}\n',

  parse(text): SecretsDocument {
    const root = rootOf(text);
    const members = new JsonSource(text).members(root);
    return {
      find(name) {
        const found = locate(text, root, members, name);
        return found && textAt(text, found.slice);
      },
      names: (prefix) =>
        Array.from(members)
          .filter(([key, { kind }]) => kind !== 'null' && bareName(key).startsWith(bareName(prefix)))
          .map(([key]) => key),
    };
  },

  change(text, change) {
    const root = rootOf(text);
    const members = new JsonSource(text).members(root);
    const found = locate(text, root, members, change.name);
    const changed = change.value === undefined ? remove(text, found, change) : write(text, root, members, found, { ...change, value: change.value });
    if (changed === undefined) return undefined;
    // A key and a path of keys can name the same secret: the one behind must not come back.
    const more = change.value === undefined ? jsonFormat.change(changed, change) : undefined;
    return more ?? (changed.endsWith('\n') ? changed : `${changed}\n`);
  },
};

function write(
  text: string,
  root: JsonSlice,
  members: Map<string, JsonSlice>,
  found: Found | undefined,
  { name, field, value }: Change & { value: string },
): string {
  const source = JSON.stringify(value);
  if (field === undefined) return found ? splice(text, found.slice, source) : add(text, root, members, bareName(name), source);
  if (!found || found.slice.kind === 'null') {
    const document = `{ ${JSON.stringify(field)}: ${source} }`;
    return found ? splice(text, found.slice, document) : add(text, root, members, bareName(name), document);
  }
  if (found.slice.kind === 'object') return setMember(text, found.slice, field, source);
  return splice(text, found.slice, JSON.stringify(changeField(stringAt(text, found.slice), field, value)));
}

/** The first member of an empty file begins a line of its own; later ones are laid out like it. */
function add(text: string, root: JsonSlice, members: Map<string, JsonSlice>, key: string, source: string): string {
  return members.size === 0 ? splice(text, root, `{\n  ${JSON.stringify(key)}: ${source}\n}`) : setMember(text, root, key, source);
}

function remove(text: string, found: Found | undefined, { field }: Change): string | undefined {
  if (!found || found.slice.kind === 'null') return undefined;
  if (field === undefined) return deleteMember(text, found.holder, found.key);
  if (found.slice.kind === 'object') return deleteMember(text, found.slice, field);
  const document = changeField(stringAt(text, found.slice), field, undefined);
  return document === undefined ? undefined : splice(text, found.slice, JSON.stringify(document));
}

function rootOf(text: string): JsonSlice {
  let slice: JsonSlice;
  try {
    slice = new JsonSource(text).value();
  } catch (error) {
    const what = error instanceof JsonSourceError ? error.message : 'is not JSON';
    throw new FileProblem('invalid', what, 'Mend the file by hand: it was left as it is.');
  }
  if (slice.kind !== 'object') throw new FileProblem('invalid', 'holds no JSON object at its top', 'Write { "name": "value" }.');
  return slice;
}

/** A key first, spelt with or without the leading `/`; then each segment as a key of its own. */
function locate(text: string, root: JsonSlice, members: Map<string, JsonSlice>, name: string): Found | undefined {
  const bare = bareName(name);
  for (const key of [bare, `/${bare}`]) {
    const slice = members.get(key);
    if (slice) return { holder: root, key, slice };
  }
  const segments = bare.split('/');
  let [holder, inside] = [root, members];
  for (const [index, key] of segments.entries()) {
    const slice = inside.get(key);
    if (!slice || index === segments.length - 1) return slice && { holder, key, slice };
    if (slice.kind !== 'object') return undefined;
    holder = slice;
    inside = new JsonSource(text).members(slice);
  }
  return undefined;
}

/** A string's characters, any other value's exact source; `null` is no value. */
function textAt(text: string, slice: JsonSlice): string | undefined {
  if (slice.kind === 'null') return undefined;
  return slice.kind === 'string' ? stringAt(text, slice) : text.slice(slice.start, slice.end);
}

function stringAt(text: string, slice: JsonSlice): string {
  const source = text.slice(slice.start, slice.end);
  return slice.kind === 'string' ? (JSON.parse(source) as string) : source;
}
