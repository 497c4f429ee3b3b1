/**
 * Which of a bounded cache's entries was used last, each operation in O(1); and a few numbers for each entry.
 *
 * All of it lies in typed arrays, at the entry's place: a hit then writes numbers only. Writing references into old objects costs the
 * collector's bookkeeping each time, and a number with a fraction would be an object of its own.
 */

/** What stands in a list of recency; the list sets its place. */
export interface Placed {
  /** 0 while it stands in none. */
  place: number;
}

const firstPlaces = 1_000;

export class LruList<T extends Placed> {
  size = 0;
  // Declared, and not assigned before the constructor does: as long as they never grow they are constants to the compiler.
  /**
   * Four numbers for each entry, for the owner's use: they begin at twice its place. Those of place 0 are before every instant,
   * so that an entry that was removed is never found fresh.
   */
  declare times: Float64Array;
  /**
   * A ring: at `place` stands the place of the next newer entry, behind it that of the next older one; the oldest is the newest one's newer.
   * At 0 stands the place of the oldest, or 0.
   */
  declare private links: Int32Array;
  readonly #entries: (T | undefined)[] = [undefined];
  readonly #most: number;
  /** Places that were given back, each naming the next. */
  #free = 0;

  /** @param most how many entries there will be at most */
  constructor(most: number) {
    this.#most = most;
    const places = Math.min(most, firstPlaces) + 1;
    this.links = new Int32Array(places * 2);
    this.times = new Float64Array(places * 4).fill(-Infinity, 0, 4);
  }

  add(entry: T): void {
    let place = this.#free;
    if (place === 0) place = this.#newPlace();
    else this.#free = this.links[place]!;
    entry.place = place;
    this.#entries[place >> 1] = entry;
    if (this.size++ > 0) {
      this.#link(this.links, place);
      return;
    }
    this.links[0] = place;
    this.links[place] = place;
    this.links[place + 1] = place;
  }

  /** Marks the entry at `place` as just used. Runs on every hit; where all is read in the same order again and again, it only turns the ring. */
  touch(place: number): void {
    const links = this.links;
    const oldest = links[0]!;
    const newer = links[place]!;
    if (place === oldest) {
      links[0] = newer;
      return;
    }
    // The newest already; or place 0.
    if (newer === oldest) return;
    const older = links[place + 1]!;
    links[newer + 1] = older;
    links[older] = newer;
    this.#link(links, place);
  }

  remove(entry: T): void {
    const { place } = entry;
    const links = this.links;
    const newer = links[place]!;
    const older = links[place + 1]!;
    links[newer + 1] = older;
    links[older] = newer;
    if (place === links[0]) links[0] = newer === place ? 0 : newer;
    links[place] = this.#free;
    this.#free = place;
    this.#entries[place >> 1] = undefined;
    entry.place = 0;
    this.size--;
  }

  /** The least recently used. */
  get oldest(): T | undefined {
    return this.#entries[this.links[0]! >> 1];
  }

  /** From the oldest to the newest. */
  *[Symbol.iterator](): Generator<T> {
    for (let place = this.links[0]!, left = this.size; left > 0; left--, place = this.links[place]!) yield this.#entries[place >> 1] as T;
  }

  /** Calls `visit` with every place that is taken, the oldest first. */
  each(visit: (place: number) => void): void {
    for (let place = this.links[0]!, left = this.size; left > 0; left--, place = this.links[place]!) visit(place);
  }

  clear(): void {
    this.size = 0;
    this.links = new Int32Array(this.links.length);
    this.#entries.length = 1;
    this.#free = 0;
  }

  /** Between the newest and the oldest, as the newest. */
  #link(links: Int32Array, place: number): void {
    const oldest = links[0]!;
    const newest = links[oldest + 1]!;
    links[newest] = place;
    links[place + 1] = newest;
    links[place] = oldest;
    links[oldest + 1] = place;
  }

  #newPlace(): number {
    if (this.size >= this.#most) throw new RangeError(`There is no place for more than ${this.#most}.`);
    const place = this.#entries.length * 2;
    if (place >= this.links.length) {
      const places = Math.min(Math.ceil(this.#entries.length * 1.25), this.#most) + 1;
      const links = new Int32Array(places * 2);
      const times = new Float64Array(places * 4);
      links.set(this.links);
      times.set(this.times);
      this.links = links;
      this.times = times;
    }
    return place;
  }
}
