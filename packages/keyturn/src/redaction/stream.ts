/** Scrubs bytes that come in chunks, as a child's output does, without ever letting half a value out. */
import type { Matcher } from './matcher.ts';

/**
 * Holds back only the bytes that could still be the beginning of a known value, until they are one or are not; no timer lets them go.
 *
 * ```ts
 * const stream = processScrubber.stream();
 * child.stdout.on('data', (chunk) => process.stdout.write(stream.write(chunk)));
 * child.stdout.on('end', () => process.stdout.write(stream.end()));
 * ```
 */
export class ScrubStream {
  readonly #matcher: () => Matcher;
  #held: Buffer = Buffer.alloc(0);
  #hidden = -1;

  /** @internal Asked for the matcher at every chunk, because values come and go meanwhile. */
  constructor(matcher: () => Matcher) {
    this.#matcher = matcher;
  }

  /** What may be shown after `chunk`: the chunk itself when there is nothing to hide in it. */
  write(chunk: Uint8Array): Uint8Array {
    return this.#next(chunk, false);
  }

  /** The rest. The stream can be written to again, as a new one. */
  end(): Uint8Array {
    return this.#next(new Uint8Array(), true);
  }

  #next(chunk: Uint8Array, isEnd: boolean): Buffer {
    const bytes = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const { shown, settled, hidden } = this.#matcher().scrub(bytes, this.#hidden, isEnd);
    // Copied: the sender may use its buffer again.
    this.#held = Buffer.from(bytes.subarray(settled));
    this.#hidden = isEnd ? -1 : Math.max(hidden, -1);
    return shown;
  }
}
