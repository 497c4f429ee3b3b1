/**
 * Finds any of many byte strings in a stream of bytes.
 *
 * The forms are kept sorted, so that all that is needed besides them is a binary search, and a table that tells at once whether
 * the next four bytes begin any form at all. Aho-Corasick would need a node for each byte of each form, some twenty times the memory.
 */
import { redactedText } from '../core/redacted.ts';

export interface Scrubbed {
  /** What may be shown. */
  readonly shown: Buffer;
  /** Where the bytes begin that more input could turn into a form. */
  readonly settled: number;
  /** Where the last hidden range ends, from `settled` on; negative when something was shown since. */
  readonly hidden: number;
}

const mark = Buffer.from(redactedText);

export class Matcher {
  /** latin1 strings, one character a byte, in byte order, each once. */
  readonly #forms: readonly string[];
  /** Bytes that the table looks at: four, or as many as the shortest form has. */
  readonly #width: number;
  /** One bit for each hash of a form's first bytes. */
  readonly #table: Uint32Array;
  readonly #shift: number;
  readonly #longest: number;

  constructor(forms: readonly string[]) {
    // A sorted list with a few new forms at its end is sorted again in about one pass.
    this.#forms = forms.toSorted().filter((form, index, all) => form !== '' && form !== all[index - 1]);
    this.#width = this.#forms.reduce((width, form) => Math.min(width, form.length), 4);
    this.#longest = this.#forms.reduce((length, form) => Math.max(length, form.length), 0);
    const bits = Math.min(22, Math.max(12, Math.ceil(Math.log2(this.#forms.length * 32 + 1))));
    this.#shift = 32 - bits;
    this.#table = new Uint32Array(2 ** (bits - 5));
    for (const form of this.#forms) {
      let key = 0;
      for (let at = 0; at < this.#width; at++) key = (key << 8) | form.charCodeAt(at);
      const slot = hash(key) >>> this.#shift;
      this.#table[slot >>> 5]! |= 1 << (slot & 31);
    }
  }

  /** A matcher that knows `forms` too. */
  with(forms: readonly string[]): Matcher {
    return new Matcher([...this.#forms, ...forms]);
  }

  /**
   * `bytes` with every byte of every form hidden; forms that overlap or touch become one mark.
   *
   * @param hidden where a range ends that an earlier call has marked already; negative for none
   * @param isEnd nothing follows, so nothing is held back
   */
  scrub(bytes: Buffer, hidden: number, isEnd: boolean): Scrubbed {
    const shown: Buffer[] = [];
    let end = hidden;
    let start = this.#candidate(bytes, 0);
    for (; start < bytes.length; start = this.#candidate(bytes, start + 1)) {
      if (!isEnd && this.#mayGrow(bytes, start)) break;
      const length = this.#longestAt(bytes, start);
      if (length === 0) continue;
      if (start > end) shown.push(bytes.subarray(Math.max(end, 0), start), mark);
      end = Math.max(end, start + length);
    }
    const settled = Math.min(start, bytes.length);
    // Nothing known: the same bytes, uncopied.
    if (end < 0 && settled === bytes.length) return { shown: bytes, settled, hidden: -1 };
    if (settled > end) shown.push(bytes.subarray(Math.max(end, 0), settled));
    return { shown: Buffer.concat(shown), settled, hidden: end - settled };
  }

  /** The first place at or after `from` where a form may begin. The last few bytes are always such places. */
  #candidate(bytes: Buffer, from: number): number {
    const width = this.#width;
    if (this.#forms.length === 0) return bytes.length;
    if (from + width > bytes.length) return from;
    const table = this.#table;
    const shift = this.#shift;
    const mask = width === 4 ? -1 : (1 << (8 * width)) - 1;
    let key = 0;
    let at = from;
    for (; at < from + width - 1; at++) key = (key << 8) | bytes[at]!;
    for (; at < bytes.length; at++) {
      key = ((key << 8) | bytes[at]!) & mask;
      const slot = hash(key) >>> shift;
      if ((table[slot >>> 5]! & (1 << (slot & 31))) !== 0) return at - width + 1;
    }
    return bytes.length - width + 1;
  }

  /** Whether all bytes from `start` on are the beginning of a longer form. */
  #mayGrow(bytes: Buffer, start: number): boolean {
    const rest = bytes.length - start;
    if (rest >= this.#longest) return false;
    const after = this.#forms[this.#firstAfter(bytes, start, bytes.length)];
    return after !== undefined && after.length > rest && sharedLength(after, bytes, start, bytes.length) === rest;
  }

  /** Length of the longest form that stands at `start`, or 0. */
  #longestAt(bytes: Buffer, start: number): number {
    let end = bytes.length;
    for (;;) {
      // Forms that stand here sort at or before the text; the nearest one shares the most with it.
      const nearest = this.#forms[this.#firstAfter(bytes, start, end) - 1];
      if (nearest === undefined) return 0;
      const shared = sharedLength(nearest, bytes, start, end);
      if (shared === nearest.length) return shared;
      if (shared < this.#width) return 0;
      end = start + shared;
    }
  }

  /** Index of the first form that sorts after `bytes[start, end)`. */
  #firstAfter(bytes: Buffer, start: number, end: number): number {
    let low = 0;
    let high = this.#forms.length;
    // What the neighbours on both sides share with the text, all between them share too: no byte is compared over and over.
    let sharedBelow = 0;
    let sharedAbove = 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const form = this.#forms[middle]!;
      const shared = sharedLength(form, bytes, start, end, Math.min(sharedBelow, sharedAbove));
      const isAfter = shared < form.length && (start + shared === end || form.charCodeAt(shared) > bytes[start + shared]!);
      if (isAfter) {
        high = middle;
        sharedAbove = shared;
      } else {
        low = middle + 1;
        sharedBelow = shared;
      }
    }
    return low;
  }
}

function sharedLength(form: string, bytes: Buffer, start: number, end: number, known = 0): number {
  const most = Math.min(form.length, end - start);
  let shared = known;
  while (shared < most && form.charCodeAt(shared) === bytes[start + shared]) shared++;
  return shared;
}

/** Knuth's multiplicative hash: the top bits depend on all bytes of the key. */
function hash(key: number): number {
  return Math.imul(key, 0x9e3779b1);
}
