/** Recency order in O(1): a linked list through the entries themselves, the latest used in front. */

export interface Linked<T> {
  newer: T | undefined;
  older: T | undefined;
}

export class LruList<T extends Linked<T>> {
  size = 0;
  newest: T | undefined = undefined;
  /** The least recently used. */
  oldest: T | undefined = undefined;

  add(entry: T): void {
    this.size++;
    entry.newer = undefined;
    entry.older = this.newest;
    if (this.newest) this.newest.newer = entry;
    else this.oldest = entry;
    this.newest = entry;
  }

  /** Marks `entry` as just used. Runs on every hit: as few writes as can be. */
  touch(entry: T): void {
    const { newest } = this;
    if (entry === newest) return;
    const { newer, older } = entry as { newer: T; older: T | undefined };
    newer.older = older;
    if (older !== undefined) older.newer = newer;
    else this.oldest = newer;
    entry.newer = undefined;
    entry.older = newest;
    (newest as T).newer = entry;
    this.newest = entry;
  }

  remove(entry: T): void {
    this.size--;
    const { newer, older } = entry;
    if (newer) newer.older = older;
    else this.newest = older;
    if (older) older.newer = newer;
    else this.oldest = newer;
    entry.newer = undefined;
    entry.older = undefined;
  }

  clear(): void {
    this.size = 0;
    this.newest = undefined;
    this.oldest = undefined;
  }
}
