/** Where the secrets are: the path that was given, or the user's own file. */
import fs from 'node:fs';
import { homedir } from 'node:os';
import { basename, extname, isAbsolute, join, resolve } from 'node:path';
import { ConfigurationError } from '../core/errors.ts';
import { formatNameOf, knownEndings } from './file-formats.ts';

export type FilePlace =
  | {
      readonly kind: 'file';
      /** The first that exists is read and written; when none does, a `set` makes the first. */
      readonly paths: readonly [string, ...string[]];
      readonly identity: string;
    }
  | { readonly kind: 'folder'; readonly path: string; readonly identity: string };

/**
 * The place that `path` means. A path with a known ending is a file, whether or not it exists yet.
 * Any other is a folder of files, if it is one now, ends in `/`, or does not exist and has no ending.
 *
 * Without a path it is `keyturn/secrets.json`, `.yaml` or `.yml` in the user's configuration folder:
 * `XDG_CONFIG_HOME`, or `~/.config` on every system, macOS too, because that is where people look for a tool's files.
 * @throws ConfigurationError for a file whose ending says nothing
 */
export function placeOf(path: string | undefined, env: Readonly<Record<string, string | undefined>> = process.env, home: string = homedir()): FilePlace {
  if (path === undefined) {
    const configured = env['XDG_CONFIG_HOME'];
    // The convention: a relative path there is to be ignored.
    const base = join(configured !== undefined && isAbsolute(configured) ? configured : join(home, '.config'), 'keyturn', 'secrets');
    return { kind: 'file', paths: [`${base}.json`, `${base}.yaml`, `${base}.yml`], identity: `file:${base}.*` };
  }
  if (typeof path !== 'string' || path === '' || path.includes('\0')) {
    throw new ConfigurationError('file.path must be a path.', {
      provider: 'file',
      hint: `Write the path of a file (${knownEndings}) or of a folder, or leave it out.`,
    });
  }
  const full = resolve(path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path);
  const identity = `file:${full}`;
  if (formatNameOf(full) !== undefined && !path.endsWith('/')) return { kind: 'file', paths: [full], identity };
  if (path.endsWith('/') || isFolder(full, extname(basename(full)) === '')) return { kind: 'folder', path: full, identity };
  throw new ConfigurationError(`file.path: the format of ${full} is not known by its ending.`, {
    provider: 'file',
    hint: `Known endings are ${knownEndings}; for a folder of files end the path with "/".`,
  });
}

function isFolder(path: string, otherwise: boolean): boolean {
  try {
    return fs.statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? otherwise;
  } catch {
    return otherwise;
  }
}
