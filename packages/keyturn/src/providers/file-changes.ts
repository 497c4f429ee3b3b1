/** Notices, once each, the changes to the files that were read: by stat, and by content while a file is too young for its times to tell. */
import { stampAt, type Stamp } from './file-stamp.ts';
import { largestFile, readGuarded } from './guarded-file.ts';

interface Sight {
  readonly stamp: string;
  /** What the file held, kept only while its stamp is not settled. */
  readonly young: Uint8Array | undefined;
}

const mostPaths = 1_000;

export class FileChanges {
  /** By last use. */
  readonly #seen = new Map<string, Sight>();
  #hasChanged = false;

  /**
   * A read found `path` so. A change since the last sight is remembered for `hasChanged`: the read itself saw the new state,
   * but what other reads put into a cache before is older.
   */
  saw(path: string, stamp: Stamp, bytes?: Uint8Array): void {
    const young = stamp.isSettled || !bytes || bytes.length > largestFile ? undefined : bytes;
    const before = this.#seen.get(path);
    if (before && (before.stamp !== stamp.text || (before.young && bytes && !Buffer.from(before.young).equals(bytes)))) this.#hasChanged = true;
    this.#seen.delete(path);
    this.#seen.set(path, { stamp: stamp.text, young: young ?? (before?.stamp === stamp.text && !bytes ? before.young : undefined) });
    if (this.#seen.size > mostPaths) this.#seen.delete(this.#seen.keys().next().value as string);
  }

  /** Whether anything seen is different now. True once for each change. */
  hasChanged(): boolean {
    for (const [path, sight] of this.#seen) {
      const stamp = stampAt(path);
      if (stamp.text === sight.stamp && !sight.young) continue;
      const bytes = sight.young && bytesAt(path);
      if (stamp.text !== sight.stamp || (sight.young && bytes && !bytes.equals(sight.young))) this.#hasChanged = true;
      this.#seen.set(path, { stamp: stamp.text, young: stamp.isSettled ? undefined : bytes });
    }
    const answer = this.#hasChanged;
    this.#hasChanged = false;
    return answer;
  }
}

function bytesAt(path: string): Buffer | undefined {
  try {
    return readGuarded(path, { forWriting: false })?.bytes;
  } catch {
    return undefined;
  }
}
