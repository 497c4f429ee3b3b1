/**
 * A Map by text that may grow large without a pause: the machine's own Map moves all that it holds when it grows, and at a hundred thousand
 * keys that takes longer than a reader should wait. So a large one is many small ones, and a key's own characters say which.
 */

/** Of so many keys a Map is rebuilt in a blink. */
const keysOfOne = 8_192;
/** For more keys than this many Maps hold in a blink each holds more. */
const mostMaps = 1_024;

export class WideMap<V> {
  // Declared, and assigned once: constants to the compiler.
  declare private readonly maps: readonly Map<string, V>[];
  declare private readonly mask: number;

  /** @param expected how many keys there will be at most, about */
  constructor(expected: number) {
    const count = Math.min(mostMaps, 2 ** Math.max(0, Math.ceil(Math.log2(expected / keysOfOne))));
    this.maps = Array.from({ length: count }, () => new Map<string, V>());
    this.mask = count - 1;
  }

  get size(): number {
    return this.sizes().reduce((sum, size) => sum + size, 0);
  }

  /** Of each of its Maps. */
  sizes(): number[] {
    return this.maps.map((map) => map.size);
  }

  get(key: string): V | undefined {
    return this.#mapOf(key).get(key);
  }

  set(key: string, value: V): void {
    this.#mapOf(key).set(key, value);
  }

  delete(key: string): boolean {
    return this.#mapOf(key).delete(key);
  }

  clear(): void {
    for (const map of this.maps) map.clear();
  }

  /** Every value once that was there at the start and stays; of those that come meanwhile some, and never without end. */
  *values(): Generator<V> {
    for (const map of this.maps) {
      // New keys come last.
      let left = map.size;
      for (const value of map.values()) {
        yield value;
        if (--left <= 0) break;
      }
    }
  }

  #mapOf(key: string): Map<string, V> {
    return this.mask === 0 ? this.maps[0]! : this.maps[hash(key) & this.mask]!;
  }
}

/** FNV-1a: cheap, and texts that differ anywhere differ in their low bits. */
function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  return sum ^ (sum >>> 15);
}
