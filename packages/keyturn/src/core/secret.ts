/** What comes back from a read: a value that does not print, and where and when it came from. */
import { type Clock, systemClock } from './clock.ts';
import { InvalidSecretError, printable, SecretNotFoundError } from './errors.ts';
import { collectScalars, type JsonSlice, JsonSource, JsonSourceError } from './json-source.ts';
import { meant, plainWords } from './nearest.ts';
import { inspectSymbol, redactedText } from './redacted.ts';
import { pathSteps } from './field-path.ts';
import { formatRef, type SecretRef } from './ref.ts';

export interface SecretInit {
  readonly ref: SecretRef;
  /** The source's text or bytes, exactly. Bytes are copied. */
  readonly value: string | Uint8Array;
  /** Name of the provider that answered. */
  readonly provider: string;
  /** The provider's id for this version, if it has one. */
  readonly version?: string | undefined;
  /** How old the value already was when it arrived, in ms (an agent's cached answer). Default 0. */
  readonly ageMs?: number;
  /** When its source says that it will have changed (the next rotation), in ms since 1970. It is not kept past that. */
  readonly expiresAt?: number | undefined;
  /** Measures the age from here on. */
  readonly clock?: Clock;
}

type Content = string | Uint8Array;

interface Changes {
  readonly stale?: true;
  readonly fallback?: true;
  readonly confirmed?: boolean;
  readonly expiresAt?: number | undefined;
  readonly ref?: SecretRef;
  readonly provider?: string;
  readonly content?: string;
  /** A JSON string's own text is its value and must not be parsed a second time. */
  readonly isJsonString?: boolean;
}

/* Four answers in one number, because every entry of a cache has them. */
const staleFlag = 1;
const fallbackFlag = 2;
const jsonStringFlag = 4;
const confirmedFlag = 8;

const brand = Symbol.for('keyturn.secret');
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * One version of one secret, or one field of it. Immutable, shared by all who asked; shows its value to nobody but the caller of `reveal`, `bytes` and `json`.
 *
 * ```ts
 * const db = await secrets.get('prod/db');
 * connect({ user: db.field('user').reveal(), password: db.field('password').reveal() }); // both of one version
 * ```
 */
export class Secret {
  readonly ref: SecretRef;
  readonly version: string | undefined;
  readonly provider: string;
  /** When the value was read from its source, in ms since 1970. */
  readonly fetchedAt: number;
  /** When its source says that it will have changed, in ms since 1970, if it says so. */
  readonly expiresAt: number | undefined;
  readonly #content: Content;
  readonly #flags: number;
  readonly #clock: Clock;
  readonly #born: number;
  #members: Map<string, JsonSlice> | undefined;

  constructor(init: SecretInit);
  /** @internal A copy that differs in `changes` only. */
  constructor(original: Secret, changes: Changes);
  constructor(from: SecretInit | Secret, changes: Changes = {}) {
    this.ref = changes.ref ?? from.ref;
    this.version = from.version;
    this.provider = changes.provider ?? from.provider;
    this.expiresAt = 'expiresAt' in changes ? changes.expiresAt : from.expiresAt;
    this.#members = undefined;
    if (from instanceof Secret) {
      this.fetchedAt = from.fetchedAt;
      this.#content = changes.content ?? from.#content;
      const { stale = from.stale, fallback = from.fallback, confirmed = from.confirmed, isJsonString = from.#isJsonString } = changes;
      this.#flags = (stale ? staleFlag : 0) | (fallback ? fallbackFlag : 0) | (isJsonString ? jsonStringFlag : 0) | (confirmed ? confirmedFlag : 0);
      this.#clock = from.#clock;
      this.#born = from.#born;
    } else {
      const { clock = systemClock, ageMs = 0, value } = from;
      if (typeof value !== 'string' && !(value instanceof Uint8Array))
        throw new InvalidSecretError('The value of a Secret is text or bytes.', { provider: from.provider });
      this.fetchedAt = clock.wallNow() - ageMs;
      // A copy in memory of its own: a small Buffer lies in a pool with its neighbours.
      this.#content = typeof value === 'string' ? value : new Uint8Array(value);
      this.#flags = 0;
      this.#clock = clock;
      // Whole ms, rounded to the older side: a small integer is cheaper to keep.
      this.#born = Math.floor(clock.now() - ageMs);
    }
    Object.freeze(this);
  }

  /** The value is past its time to live, and served because its source cannot be reached. */
  get stale(): boolean {
    return (this.#flags & staleFlag) !== 0;
  }

  /** A provider named before this one could not be reached, and `onUnavailable: 'next'` allowed to go on. */
  get fallback(): boolean {
    return (this.#flags & fallbackFlag) !== 0;
  }

  /** @internal Its source said that it is still the current version, after it was read. */
  get confirmed(): boolean {
    return (this.#flags & confirmedFlag) !== 0;
  }

  get #isJsonString(): boolean {
    return (this.#flags & jsonStringFlag) !== 0;
  }

  /** How long ago the value was read from its source, in ms, by the clock that moved further: one stands still while a laptop sleeps, the other can be set back. */
  get ageMs(): number {
    return Math.max(0, this.#clock.now() - this.#born, this.#clock.wallNow() - this.fetchedAt);
  }

  /**
   * The text of the value: of a document as the source has it; of a JSON string its characters; of any other JSON value its exact source.
   * @throws InvalidSecretError when the value is bytes that are not UTF-8
   */
  reveal(): string {
    const content = this.#content;
    if (typeof content === 'string') return content;
    try {
      return utf8.decode(content);
    } catch {
      throw this.#invalid('is not UTF-8 text', 'It is binary: read its bytes, or store text.');
    }
  }

  /** A copy of the value's bytes; text as UTF-8. */
  bytes(): Uint8Array<ArrayBuffer> {
    const content = this.#content;
    return typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content);
  }

  /**
   * The value parsed as JSON. Numbers become JavaScript numbers; `reveal()` keeps their digits.
   * @throws InvalidSecretError when the text is not JSON, has a key twice or is over 64 levels deep
   */
  json(): unknown {
    const text = this.reveal();
    if (this.#isJsonString) return text;
    this.#scan(text);
    return JSON.parse(text) as unknown;
  }

  /**
   * One field of this same version: an exact own key of the JSON object first, then a path (`a.b`, `a[0]`).
   * @throws InvalidSecretError when the value is no JSON object
   * @throws SecretNotFoundError when the field is missing or `null`
   */
  field(name: string): Secret {
    const found = this.#find(name);
    if (found === undefined || found.kind === 'null') {
      const ref = formatRef(this.#fieldRef(name));
      const others = this.fieldNames().filter((each) => this.hasField(each));
      throw new SecretNotFoundError(`${printable(ref)}: the secret has no such field.`, {
        ref,
        provider: this.provider,
        hint: `${meant(name, plainWords(others))}Ask for the whole secret to see what fields it has.`,
      });
    }
    return this.#cut(name, found);
  }

  /** Whether `field(name)` would find something. @throws InvalidSecretError when the value is no JSON object */
  hasField(name: string): boolean {
    const found = this.#find(name);
    return found !== undefined && found.kind !== 'null';
  }

  /** The names of the fields, in the source's order. @throws InvalidSecretError when the value is no JSON object */
  fieldNames(): string[] {
    return [...this.#object().keys()];
  }

  /** @internal Whether it is the same version with the same value. */
  equals(other: Secret): boolean {
    const [mine, theirs] = [this.#content, other.#content];
    if (this.version !== other.version || typeof mine !== typeof theirs) return false;
    return typeof mine === 'string' || typeof theirs === 'string' ? mine === theirs : Buffer.compare(mine, theirs) === 0;
  }

  /** @internal Bytes of the value, to hold it to the size limit. */
  get size(): number {
    const content = this.#content;
    return typeof content === 'string' ? Buffer.byteLength(content) : content.byteLength;
  }

  /** @internal Every JSON scalar and the whole text, for the scrubber. Empty for a value that is not text. */
  scalars(): string[] {
    const content = this.#content;
    if (typeof content !== 'string') return [];
    const found = [content];
    if (!this.#isJsonString && /^\s*[[{"]/.test(content)) {
      try {
        collectScalars(content, new JsonSource(content).value(), found);
      } catch {
        // Not JSON: the whole text is the one scalar.
      }
    }
    return found;
  }

  /** @internal */
  get [brand](): true {
    return true;
  }

  toString(): string {
    return redactedText;
  }

  toJSON(): string {
    return redactedText;
  }

  [Symbol.toPrimitive](): string {
    return redactedText;
  }

  get [Symbol.toStringTag](): string {
    return 'Secret';
  }

  [inspectSymbol](): string {
    return `Secret(${formatRef(this.ref)}) ${redactedText}`;
  }

  #object(): Map<string, JsonSlice> {
    if (this.#members) return this.#members;
    const text = this.#isJsonString ? '' : this.reveal();
    const slice = text === '' ? undefined : this.#scan(text);
    if (slice?.kind !== 'object') throw this.#invalid('is no JSON object, so it has no fields', 'Ask for the whole secret, or store a JSON object.');
    this.#members = new JsonSource(text).members(slice);
    return this.#members;
  }

  #find(name: string): JsonSlice | undefined {
    const members = this.#object();
    const exact = members.get(name);
    if (exact) return exact;
    const steps = pathSteps(name);
    if (!steps || steps.length < 2) return undefined;
    const text = this.reveal();
    let at: JsonSlice | undefined = members.get(steps[0] as string);
    for (const step of steps.slice(1)) {
      if (at?.kind === 'object' && typeof step === 'string') at = new JsonSource(text).members(at).get(step);
      else if (at?.kind === 'array' && typeof step === 'number') at = new JsonSource(text).elements(at)[step];
      else return undefined;
    }
    return at;
  }

  #cut(name: string, slice: JsonSlice): Secret {
    const source = this.reveal().slice(slice.start, slice.end);
    const isString = slice.kind === 'string';
    return new Secret(this, {
      ref: this.#fieldRef(name),
      content: isString ? (JSON.parse(source) as string) : source,
      isJsonString: isString,
    });
  }

  #fieldRef(name: string): SecretRef {
    // A field of a field is a path; an exact key with a dot in it stays reachable from the document only.
    return Object.freeze({ ...this.ref, field: this.ref.field === undefined ? name : `${this.ref.field}.${name}` });
  }

  #scan(text: string): JsonSlice {
    try {
      return new JsonSource(text).value();
    } catch (error) {
      throw this.#invalid(error instanceof JsonSourceError ? error.message : 'is not JSON', 'Ask for the whole secret, or store a JSON object.');
    }
  }

  #invalid(what: string, hint: string): InvalidSecretError {
    const ref = formatRef(this.ref);
    return new InvalidSecretError(`${printable(ref)} ${what}.`, { ref, provider: this.provider, hint });
  }
}

export function isSecret(value: unknown): value is Secret {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true;
}
