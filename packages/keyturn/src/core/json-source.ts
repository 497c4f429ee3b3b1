/** Finds the members of a JSON object in its source text, so that a number keeps its digits and an error quotes nothing. */

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';

/** Where a value stands in the text: `text.slice(start, end)` is its exact source. */
export interface JsonSlice {
  readonly kind: JsonKind;
  readonly start: number;
  readonly end: number;
}

/** Says what is wrong and where, never what stands there. */
export class JsonSourceError extends Error {
  override readonly name = 'JsonSourceError';
}

export const deepestJson = 64;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** Reads one JSON text (RFC 8259) strictly: one value, no duplicate keys, at most 64 levels. */
export class JsonSource {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The one value in the text, checked to its end. */
  value(): JsonSlice {
    this.#space();
    const slice = this.#value(1);
    this.#space();
    if (this.#at < this.#text.length) this.#fail('has more text after its end');
    return slice;
  }

  /** The members of the object at `slice`, which was checked before. */
  members(slice: JsonSlice): Map<string, JsonSlice> {
    const members = new Map<string, JsonSlice>();
    this.#at = slice.start;
    this.#object(1, members);
    return members;
  }

  /** The elements of the array at `slice`, which was checked before. */
  elements(slice: JsonSlice): JsonSlice[] {
    const elements: JsonSlice[] = [];
    this.#at = slice.start;
    this.#array(1, elements);
    return elements;
  }

  #value(depth: number): JsonSlice {
    if (depth > deepestJson) this.#fail(`is nested over ${deepestJson} levels deep`);
    const start = this.#at;
    const kind = this.#skip(depth);
    return { kind, start, end: this.#at };
  }

  #skip(depth: number): JsonKind {
    switch (this.#text[this.#at]) {
      case '{':
        this.#object(depth);
        return 'object';
      case '[':
        this.#array(depth);
        return 'array';
      case '"':
        this.#string();
        return 'string';
      case 't':
        return this.#word('true', 'boolean');
      case 'f':
        return this.#word('false', 'boolean');
      case 'n':
        return this.#word('null', 'null');
      default:
        number.lastIndex = this.#at;
        if (!number.test(this.#text)) this.#fail('is not JSON');
        this.#at = number.lastIndex;
        return 'number';
    }
  }

  #object(depth: number, members?: Map<string, JsonSlice>): void {
    const seen = members ?? new Set<string>();
    this.#at++;
    this.#space();
    if (this.#take('}')) return;
    do {
      this.#space();
      if (this.#text[this.#at] !== '"') this.#fail('has a key that is no string');
      const from = this.#at;
      this.#string();
      const key = JSON.parse(this.#text.slice(from, this.#at)) as string;
      if (seen.has(key)) this.#fail('has a key twice in one object');
      this.#space();
      if (!this.#take(':')) this.#fail('lacks a colon after a key');
      this.#space();
      const slice = this.#value(depth + 1);
      if (members) members.set(key, slice);
      else (seen as Set<string>).add(key);
      this.#space();
    } while (this.#take(','));
    if (!this.#take('}')) this.#fail('has an object that does not end');
  }

  #array(depth: number, elements?: JsonSlice[]): void {
    this.#at++;
    this.#space();
    if (this.#take(']')) return;
    do {
      this.#space();
      const slice = this.#value(depth + 1);
      elements?.push(slice);
      this.#space();
    } while (this.#take(','));
    if (!this.#take(']')) this.#fail('has an array that does not end');
  }

  #string(): void {
    const text = this.#text;
    for (let at = this.#at + 1; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 0x22) {
        this.#at = at + 1;
        return;
      }
      if (code < 0x20) break;
      if (code === 0x5c && !this.#escape(++at)) break;
    }
    this.#fail('has a string that does not end or holds a bare control character or a wrong escape');
  }

  #escape(at: number): boolean {
    const text = this.#text;
    return text[at] === 'u' ? /^[0-9a-fA-F]{4}$/.test(text.slice(at + 1, at + 5)) : '"\\/bfnrt'.includes(text[at] ?? ' ');
  }

  #word(word: string, kind: JsonKind): JsonKind {
    if (!this.#text.startsWith(word, this.#at)) this.#fail('is not JSON');
    this.#at += word.length;
    return kind;
  }

  #space(): void {
    while (' \t\n\r'.includes(this.#text[this.#at] ?? '.')) this.#at++;
  }

  #take(mark: string): boolean {
    if (this.#text[this.#at] !== mark) return false;
    this.#at++;
    return true;
  }

  #fail(what: string): never {
    throw new JsonSourceError(`${what} (at character ${this.#at + 1})`);
  }
}

/** Adds what every string, number and boolean in `slice` shows to `into`. */
export function collectScalars(text: string, slice: JsonSlice, into: string[]): void {
  if (slice.kind === 'object') for (const member of new JsonSource(text).members(slice).values()) collectScalars(text, member, into);
  else if (slice.kind === 'array') for (const element of new JsonSource(text).elements(slice)) collectScalars(text, element, into);
  else if (slice.kind === 'string') into.push(JSON.parse(text.slice(slice.start, slice.end)) as string);
  else if (slice.kind !== 'null') into.push(text.slice(slice.start, slice.end));
}
