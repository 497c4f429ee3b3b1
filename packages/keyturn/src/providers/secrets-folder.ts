/** A folder of files, one secret in each: what Kubernetes, Docker and systemd mount. */
import fs from 'node:fs';
import { dirname, join, sep } from 'node:path';
import type { Clock } from '../core/clock.ts';
import type { ReadOptions } from '../core/provider.ts';
import { FileChanges } from './file-changes.ts';
import { bareName } from './file-format.ts';
import { FileProblem, refusedBySystem } from './file-problem.ts';
import { stampAt } from './file-stamp.ts';
import { checkFolder, walk } from './file-walk.ts';
import { readGuarded } from './guarded-file.ts';
import { changeField } from './json-edit.ts';
import type { FileSource, SourceChange } from './secrets-file.ts';
import { decodeUtf8 } from './utf8.ts';

const mostNames = 10_000;
const deepestFolder = 32;
/** Names of our own files begin like the ones Kubernetes keeps for itself, and are no secrets for the same reason. */
const lockName = '..keyturn.lock';
const temporaryName = (random: string) => `..keyturn-${random}.tmp`;

/** Nothing is kept: each read is a read of the one file. */
export class SecretsFolder implements FileSource {
  readonly #path: string;
  readonly #strictModes: boolean;
  readonly #clock: Clock;
  readonly #changes = new FileChanges();

  constructor(path: string, strictModes: boolean, clock: Clock) {
    this.#path = path;
    this.#strictModes = strictModes;
    this.#clock = clock;
  }

  async find(name: string): Promise<string | Uint8Array | undefined> {
    const path = this.#pathOf(name);
    if (path === undefined) return undefined;
    // Before the file is read: a swap in between is then seen as one.
    for (const watched of [this.#path, join(this.#path, '..data')]) this.#changes.saw(watched, stampAt(watched));
    if (!this.#isThere() || walk(path)?.stat.isDirectory()) return undefined;
    const found = readGuarded(path, { strictModes: this.#strictModes });
    this.#changes.saw(path, found?.stamp ?? stampAt(path), found?.bytes);
    return found && (decodeUtf8(found.bytes) ?? found.bytes);
  }

  /** Names below the folder. What begins with `.` is left out: hidden files, and the folders that Kubernetes swaps. */
  async names(prefix: string): Promise<readonly string[]> {
    if (!this.#isThere()) return [];
    const found: string[] = [];
    const entered = new Set<string>();
    const enter = async (folder: string, before: string, depth: number): Promise<void> => {
      // A link may lead back up.
      const real = await fs.promises.realpath(folder);
      if (entered.has(real) || depth > deepestFolder) return;
      entered.add(real);
      for (const name of (await fs.promises.readdir(folder)).sort()) {
        if (name.startsWith('.')) continue;
        const path = join(folder, name);
        const stat = await fs.promises.stat(path).catch(() => undefined);
        if (stat?.isDirectory()) await enter(path, `${before}${name}/`, depth + 1);
        else if (stat?.isFile()) found.push(`${before}${name}`);
        if (found.length > mostNames)
          throw new FileProblem('invalid', `${this.#path} has over ${mostNames} files`, 'Give the path of a folder that holds secrets only.');
      }
    };
    try {
      await enter(this.#path, '', 1);
    } catch (error) {
      throw error instanceof FileProblem ? error : refusedBySystem(this.#path, 'read', error);
    }
    return found.filter((name) => name.startsWith(bareName(prefix)));
  }

  async change({ name, field, value }: SourceChange, options: ReadOptions): Promise<boolean> {
    const path = this.#pathOf(name);
    if (path === undefined) {
      if (value === undefined) return false;
      throw new FileProblem('name', 'the name is no path below the folder', 'Leave out empty segments, "." and those that begin with "..".');
    }
    if (typeof value === 'string' && !value.isWellFormed()) throw new FileProblem('invalid', 'the value has half a character in it', 'Give it as bytes.');
    const { editFile } = await import('./file-edit.ts');
    const change = (present: Buffer | undefined): Uint8Array | 'delete' | undefined => {
      if (field !== undefined) return changedField(present, field, value);
      if (value !== undefined) return Buffer.from(value);
      return present && 'delete';
    };
    if (value === undefined && walk(path)?.stat.isDirectory()) return false;
    return editFile({ path, lock: join(dirname(path), lockName), clock: this.#clock, change, temporaryName }, options);
  }

  hasChanged(): boolean {
    return this.#changes.hasChanged();
  }

  /** Where the secret called `name` would be; `undefined` for a name that is no path strictly below the folder. */
  #pathOf(name: string): string | undefined {
    const segments = bareName(name).split('/');
    const isRefused = (segment: string) =>
      segment === '' || segment === '.' || segment.startsWith('..') || segment.includes('\0') || (sep === '\\' && /[\\:]/.test(segment));
    return segments.some(isRefused) ? undefined : join(this.#path, ...segments);
  }

  #isThere(): boolean {
    const place = walk(this.#path);
    if (!place) return false;
    if (!place.stat.isDirectory())
      throw new FileProblem(
        'invalid',
        `${this.#path} is a file with no known ending and not a folder`,
        'Give it an ending that says its format: .json, .yaml, .yml or .env.',
      );
    checkFolder(place.real);
    return true;
  }
}

function changedField(present: Buffer | undefined, field: string, value: string | Uint8Array | undefined): Uint8Array | undefined {
  if (!present && value === undefined) return undefined;
  const document = present ? decodeUtf8(present) : '{}';
  const text = typeof value === 'object' ? decodeUtf8(value) : value;
  if (document === undefined || (value !== undefined && text === undefined)) {
    throw new FileProblem('invalid', 'a field is text, and this is not UTF-8', 'Store bytes as a secret of their own.');
  }
  const changed = changeField(document, field, text);
  return changed === undefined ? undefined : Buffer.from(changed);
}
