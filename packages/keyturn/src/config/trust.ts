/**
 * Which configuration files the user trusts.
 *
 * The rules are:
 * - Trust is for one file in one place with one content: its path, and the SHA-256 of what was read. Any change ends it.
 * - The path is where the file was found, with no link in its folder, and not where a link in its place leads: what it says is relative to the former.
 * - It is kept in the user's state folder, which nobody else may write: `keyturn/trusted` in `XDG_STATE_HOME`, or in `~/.local/state`.
 *   Each file has one of its own there, so that two who trust at once lose nothing.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { ConfigurationError, isKeyturnError } from '../core/errors.ts';
import { currentUser, isForeign, mayOthersWrite } from '../providers/file-modes.ts';
import { shellQuoted, systemCode } from '../providers/file-problem.ts';
import { deleteFile, replaceFile } from '../providers/file-write.ts';
import { readGuarded } from '../providers/guarded-file.ts';
import type { Power } from './powers.ts';

export type Environment = Readonly<Record<string, string | undefined>>;
export type Trust = 'trusted' | 'changed' | 'unknown';

/** @throws ConfigurationError when what is kept could have been written by others */
export function trustOf(path: string, text: string, env: Environment): Trust {
  const record = recordOf(path, env);
  return naming(() => {
    if (!checkFolders(record)) return 'unknown';
    // A record is replaced as a whole, and who may read it is no matter: it says what everybody can find out.
    const kept = readGuarded(record, { forWriting: true })?.bytes.toString();
    if (kept === undefined) return 'unknown';
    return kept === content(path, text) ? 'trusted' : 'changed';
  });
}

/** From now on `path` is trusted, as long as it says `text`. */
export async function keepTrust(path: string, text: string, env: Environment): Promise<void> {
  const record = recordOf(path, env);
  naming(() => {
    fs.mkdirSync(dirname(record), { recursive: true, mode: 0o700 });
    checkFolders(record);
  });
  await replaceFile(record, Buffer.from(content(path, text))).catch(rethrow);
}

/** @returns whether it was trusted, in whatever state */
export async function endTrust(path: string, env: Environment): Promise<boolean> {
  const record = recordOf(path, env);
  const wasThere = naming(() => checkFolders(record) && fs.lstatSync(record, { throwIfNoEntry: false }) !== undefined);
  if (wasThere) await deleteFile(record).catch(rethrow);
  return wasThere;
}

/** @throws ConfigurationError when the file needs trust that it has not; it says what to run */
export function requireTrust(path: string, text: string, powers: readonly Power[], env: Environment): void {
  const trust = trustOf(path, text, env);
  if (trust === 'trusted') return;
  const [first, ...more] = powers as [Power, ...Power[]];
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
  const quoted = shellQuoted(path);
  throw new ConfigurationError(
    trust === 'changed'
      ? `${path}: it has changed since you trusted it, and ${first.setting}${others} ${first.does}.`
      : `${path}: ${first.setting}${others} ${first.does}, and nobody said that this file may.`,
    {
      hint:
        trust === 'changed'
          ? `Look at what has changed, then run: keyturn trust ${quoted}`
          : `If you trust the file, run: keyturn trust ${quoted}. Or name it with --config or KEYTURN_CONFIG.`,
    },
  );
}

/** Where the trust in `path` is kept. */
function recordOf(path: string, env: Environment): string {
  const state = env['XDG_STATE_HOME'];
  const base = state !== undefined && isAbsolute(state) ? state : join(env['HOME'] || homedir(), '.local', 'state');
  return join(base, 'keyturn', 'trusted', `${sha256(placeOf(path))}.json`);
}

function content(path: string, text: string): string {
  return `${JSON.stringify({ path: placeOf(path), sha256: sha256(text) })}\n`;
}

function placeOf(path: string): string {
  const folder = dirname(resolve(path));
  try {
    return join(fs.realpathSync(folder), basename(path));
  } catch {
    // The folder is gone; to end the trust its name must do.
    return join(folder, basename(path));
  }
}

/** False when there are none yet. A sticky folder is no exception: nobody else has business there. */
function checkFolders(record: string): boolean {
  const user = currentUser();
  for (const folder of [dirname(dirname(record)), dirname(record)]) {
    const stat = fs.statSync(folder, { throwIfNoEntry: false });
    if (!stat) return false;
    if (user === undefined) continue;
    if (isForeign(stat, user))
      throw new ConfigurationError(`The folder ${folder}, which says what you trust, belongs to another user.`, {
        hint: `If it is yours: chown -R "$(id -un)" ${shellQuoted(folder)}. Otherwise remove it.`,
      });
    if (mayOthersWrite(stat))
      throw new ConfigurationError(`Others may write the folder ${folder}, which says what you trust.`, { hint: `Run: chmod 700 ${shellQuoted(folder)}` });
  }
  return true;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function naming<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    return rethrow(error);
  }
}

/** What the system or the file's guard says, as an error about the configuration. */
function rethrow(error: unknown): never {
  if (isKeyturnError(error)) throw error;
  const { name, message, hint } = error as Error & { hint?: string };
  if (name === 'FileProblem') throw new ConfigurationError(`What you trust cannot be told: ${message}.`, { hint });
  throw new ConfigurationError(`What you trust cannot be told (${systemCode(error) ?? 'unknown reason'}).`, {
    hint: 'Look at ~/.local/state/keyturn, or where XDG_STATE_HOME leads.',
  });
}
