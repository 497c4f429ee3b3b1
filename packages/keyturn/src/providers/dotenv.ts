/** Secrets in a dotenv file, read as shells and the dotenv packages mostly agree, strictly: a line that is not understood is an error. */
import { variableName } from './env-names.ts';
import { type Change, type FileFormat, bareName, type SecretsDocument } from './file-format.ts';
import { FileProblem } from './file-problem.ts';
import { changeField } from './json-edit.ts';

interface Entry {
  readonly value: string;
  /** The whole entry, with its line end. */
  readonly start: number;
  readonly end: number;
  /** The value as written, quotes included. */
  readonly from: number;
  readonly to: number;
}

/**
 * The rules are:
 * - `NAME=value`, also after `export `; a name is letters, digits, `_`, `-` and `.`; spaces around `=` are no part of anything.
 * - `'…'` is literal. `"…"` knows `\n \r \t \" \\`; any other backslash stays. Both may go over several lines.
 * - A bare value ends at the line's end or before ` #`, without the spaces around it. Backticks and `$` are ordinary characters.
 * - A blank line and a line that begins with `#` say nothing. The same name twice is an error.
 */
const opening = /[^\S\r\n]*(?:export[^\S\r\n]+)?([\w.-]+)[^\S\r\n]*=[^\S\r\n]*/y;
const silent = /[^\S\r\n]*(?:#[^\r\n]*)?(?:\r?\n|$)/y;
const literal = /'([^']*)'/y;
const bare = /(?:(?!\s#)[^\r\n])*/y;
const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };

export const dotenvFormat: FileFormat = {
  empty: '',

  parse(text): SecretsDocument {
    const entries = entriesOf(text);
    return {
      find: (name) => entries.get(keyOf(entries, name))?.value,
      findField: (name, field) => entries.get(fieldKey(name, field))?.value,
      names: (prefix) => [...entries.keys()].filter((key) => key.startsWith(bareName(prefix)) || key.startsWith(variablePrefix(prefix))),
    };
  },

  change(text, change) {
    const entries = entriesOf(text);
    return change.value === undefined ? remove(text, entries, change) : write(text, entries, { ...change, value: change.value });
  },
};

function write(text: string, entries: Map<string, Entry>, { name, field, value }: Change & { value: string }): string {
  if (field === undefined) return put(text, entries, keyOf(entries, name), value);
  const document = entries.get(keyOf(entries, name));
  const own = fieldKey(name, field);
  if (!document || entries.has(own)) return put(text, entries, own, value);
  return put(text, entries, keyOf(entries, name), changeField(document.value, field, value) as string);
}

function remove(text: string, entries: Map<string, Entry>, { name, field }: Change): string | undefined {
  const own = entries.get(field === undefined ? keyOf(entries, name) : fieldKey(name, field));
  if (own) return text.slice(0, own.start) + text.slice(own.end);
  const document = field === undefined ? undefined : entries.get(keyOf(entries, name));
  if (!document || field === undefined) return undefined;
  const left = changeField(document.value, field, undefined);
  return left === undefined ? undefined : replaceValue(text, document, left);
}

function put(text: string, entries: Map<string, Entry>, key: string, value: string): string {
  if (value.includes('\0')) throw new FileProblem('invalid', 'cannot carry a value with a NUL character', 'Keep it in a JSON file or in a folder of files.');
  const present = entries.get(key);
  if (present) return replaceValue(text, present, value);
  if (!/^[\w.-]+$/.test(key)) throw new FileProblem('name', 'cannot carry this name', 'In a dotenv file a name is letters, digits, "_", "-", "." and "/".');
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${key}=${quoted(value)}\n`;
}

/** A comment that stood right behind the old value must not become a part of the new one. */
function replaceValue(text: string, { from, to }: Entry, value: string): string {
  return `${text.slice(0, from)}${quoted(value)}${text[to] === '#' ? ' ' : ''}${text.slice(to)}`;
}

/** The name as the file spells it, if it does; else as a variable. */
function keyOf(entries: Map<string, Entry>, name: string): string {
  return entries.has(bareName(name)) ? bareName(name) : variableName(name);
}

function fieldKey(name: string, field: string): string {
  return `${variableName(name)}_${variableName(field)}`;
}

/** Like `variableName`, but a `/` at the end counts: `prod/` is `PROD_`. */
function variablePrefix(prefix: string): string {
  return variableName(`${bareName(prefix)}x`).slice(0, -1);
}

function entriesOf(text: string): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  let at = 0;
  while (at < text.length) {
    if (match(silent, text, at) !== undefined) {
      at = silent.lastIndex;
      continue;
    }
    const key = match(opening, text, at)?.[1];
    if (key === undefined) throw malformed(text, at, 'has no NAME=value');
    if (entries.has(key)) throw malformed(text, at, 'has a name for the second time');
    const from = opening.lastIndex;
    const { value, to } = valueAt(text, from);
    if (match(silent, text, to) === undefined) throw malformed(text, to, 'has text after a closing quote');
    entries.set(key, { value, start: at, end: silent.lastIndex, from, to });
    at = silent.lastIndex;
  }
  return entries;
}

function valueAt(text: string, from: number): { value: string; to: number } {
  switch (text[from]) {
    case "'": {
      const value = match(literal, text, from)?.[1];
      if (value === undefined) throw malformed(text, from, 'opens a quote that is never closed');
      return { value, to: literal.lastIndex };
    }
    case '"': {
      const to = closingQuote(text, from);
      const value = text.slice(from + 1, to - 1).replaceAll(/\\([nrt"\\])/g, (_, code: string) => escapes[code] as string);
      return { value, to };
    }
    default: {
      // A comment right after the spaces that follow "=": the value is empty.
      const before = text[from - 1];
      if (text[from] === '#' && before !== '=') return { value: '', to: from };
      const value = (match(bare, text, from)?.[0] ?? '').trimEnd();
      return { value, to: from + value.length };
    }
  }
}

/** By hand: the pattern for it needs a stack as deep as the text is long. */
function closingQuote(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
  throw malformed(text, from, 'opens a quote that is never closed');
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

/** The plainest spelling that reads back the same, here and in a shell: bare, then single quotes, then double. */
function quoted(value: string): string {
  if (/^[\w@%+=:,./-]+$/.test(value)) return value;
  if (!/['\r]/.test(value)) return `'${value}'`;
  const back: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '"': '\\"', '\\': '\\\\' };
  return `"${value.replaceAll(/[\n\r\t"\\]/g, (character) => back[character] as string)}"`;
}

function malformed(text: string, at: number, what: string): FileProblem {
  const line = text.slice(0, at).split('\n').length;
  return new FileProblem('invalid', `is no dotenv file: line ${line} ${what}`, 'Mend that line by hand; a value with spaces, quotes or # belongs in quotes.');
}
