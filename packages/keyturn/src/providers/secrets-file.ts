/** One file with many secrets: read when it is asked, parsed again only when it changed. */
import type { Clock } from '../core/clock.ts';
import type { ReadOptions } from '../core/provider.ts';
import { FileChanges } from './file-changes.ts';
import type { Change, SecretsDocument } from './file-format.ts';
import { type FormatName, formatNameOf, instantFormats, loadFormat } from './file-formats.ts';
import { FileProblem, naming } from './file-problem.ts';
import { stampAt } from './file-stamp.ts';
import { readGuarded } from './guarded-file.ts';
import { decodeUtf8 } from './utf8.ts';

interface Loaded {
  readonly path: string;
  readonly stamp: string;
  /** Whether the stamp alone tells of the next change. */
  readonly isSettled: boolean;
  readonly bytes: Buffer;
  document: SecretsDocument | undefined;
}

/** What a file and a folder of files can both do. */
export interface FileSource {
  find(name: string): Promise<string | Uint8Array | undefined>;
  names(prefix: string): Promise<readonly string[]>;
  /** Whether there was anything to change. */
  change(change: SourceChange, options: ReadOptions): Promise<boolean>;
  hasChanged(): boolean;
}

export interface SourceChange extends Omit<Change, 'value'> {
  readonly value: string | Uint8Array | undefined;
}

export class SecretsFile implements FileSource {
  readonly #paths: readonly [string, ...string[]];
  readonly #strictModes: boolean;
  readonly #clock: Clock;
  readonly #changes = new FileChanges();
  #loaded: Loaded | undefined;

  /** @param paths the first that exists is the file; when none does, the first is made by a change */
  constructor(paths: readonly [string, ...string[]], strictModes: boolean, clock: Clock) {
    this.#paths = paths;
    this.#strictModes = strictModes;
    this.#clock = clock;
  }

  async find(name: string): Promise<string | undefined> {
    return (await this.#document())?.find(name);
  }

  /** Of a dotenv file only, whose reader needs no loading: the variable of one field. */
  findField(name: string, field: string): string | undefined {
    const loaded = this.#load();
    if (loaded === undefined || formatOf(loaded.path) !== 'dotenv') return undefined;
    loaded.document ??= naming(loaded.path, () => instantFormats.dotenv.parse(textOf(loaded.bytes)));
    return loaded.document.findField?.(name, field);
  }

  async names(prefix: string): Promise<readonly string[]> {
    return (await this.#document())?.names(prefix) ?? [];
  }

  async change({ name, field, value }: SourceChange, options: ReadOptions): Promise<boolean> {
    const path = this.#paths.find((candidate) => stampAt(candidate).text !== 'absent') ?? this.#paths[0];
    const [{ editFile }, format] = await Promise.all([import('./file-edit.ts'), loadFormat(formatOf(path))]);
    const text = value === undefined ? undefined : valueText(path, value);
    const change = (present: Buffer | undefined) =>
      naming(path, () => {
        const changed = format.change(present ? textOf(present) : format.empty, { name, field, value: text });
        return changed === undefined ? undefined : Buffer.from(changed);
      });
    return editFile({ path, lock: `${path}.lock`, clock: this.#clock, change }, options);
  }

  hasChanged(): boolean {
    return this.#changes.hasChanged();
  }

  async #document(): Promise<SecretsDocument | undefined> {
    const loaded = this.#load();
    if (!loaded || loaded.document) return loaded?.document;
    const format = await loadFormat(formatOf(loaded.path));
    // Kept with the bytes it was parsed from: a younger load has a record of its own.
    loaded.document ??= naming(loaded.path, () => format.parse(textOf(loaded.bytes)));
    return loaded.document;
  }

  /** What the file holds now. Read again only when its stamp is another, or too young to tell. */
  #load(): Loaded | undefined {
    for (const path of this.#paths) {
      const before = this.#loaded?.path === path ? this.#loaded : undefined;
      if (before?.isSettled && stampAt(path).text === before.stamp) return before;
      const found = readGuarded(path, { strictModes: this.#strictModes });
      this.#changes.saw(path, found?.stamp ?? stampAt(path), found?.bytes);
      if (!found) continue;
      const { bytes, stamp } = found;
      const document = before?.bytes.equals(bytes) ? before.document : undefined;
      this.#loaded = { path, stamp: stamp.text, isSettled: stamp.isSettled, bytes, document };
      return this.#loaded;
    }
    this.#loaded = undefined;
    return undefined;
  }
}

/** Every path that came this far has a known ending. */
function formatOf(path: string): FormatName {
  return formatNameOf(path) ?? 'json';
}

function textOf(bytes: Buffer): string {
  const text = decodeUtf8(bytes);
  if (text === undefined || text.includes('\0'))
    throw new FileProblem('invalid', 'is no text: it is not UTF-8, or has a NUL character', 'Store bytes in a folder of files, one file for each secret.');
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

function valueText(path: string, value: string | Uint8Array): string {
  const text = typeof value === 'string' ? value : decodeUtf8(value);
  if (text === undefined || !text.isWellFormed()) {
    throw new FileProblem(
      'invalid',
      `${path} can hold text only, and the value is not UTF-8 text`,
      'Store bytes in a folder of files, one file for each secret.',
    );
  }
  return text;
}
