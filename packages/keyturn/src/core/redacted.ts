/** A value that is hard to show: it prints as `[redacted]` everywhere, and has one verb. */

export const redactedText = '[redacted]';

/** Node's inspect protocol, by its registered name so that this room imports nothing. */
export const inspectSymbol: unique symbol = Symbol.for('nodejs.util.inspect.custom') as never;

/**
 * Holds a value and shows it to nobody but the caller of `reveal()`.
 *
 * Templates, `+`, JSON, `console.log`, `util.inspect` (also with `showHidden`), spread and `structuredClone` show nothing.
 * Memory is not wiped: JavaScript strings cannot be.
 *
 * ```ts
 * const password = new Redacted('hunter2');
 * console.log(password);      // [redacted]
 * connect(password.reveal()); // the one way out
 * ```
 */
export class Redacted<T = string> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
    Object.freeze(this);
  }

  reveal(): T {
    return this.#value;
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
    return 'Redacted';
  }

  [inspectSymbol](): string {
    return redactedText;
  }
}
