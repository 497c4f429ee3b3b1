/**
 * Keeps a file with secrets out of a repository. Git itself is not asked: starting it in a folder that somebody else wrote can run what they configured.
 *
 * So a pattern is understood when it is a name or a path with `*` in it. Any other is taken not to ignore, and to undo what others ignore:
 * a line too many in .gitignore does no harm, and one too few does.
 */
import fs from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { matcher } from '../../core/provider.ts';

const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW = 0 } = fs.constants;

/** Adds `path` to the .gitignore of `folder`, which it is in. @returns that list, or `undefined` when it was ignored already */
export function keepFromGit(path: string, folder: string, repository: string): string | undefined {
  if (isIgnored(path, repository)) return undefined;
  const list = join(folder, '.gitignore');
  const descriptor = fs.openSync(list, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW, 0o644);
  try {
    const before = fs.readFileSync(descriptor, 'utf8');
    const ending = before === '' || before.endsWith('\n') ? '' : '\n';
    fs.writeSync(descriptor, `${ending}/${escaped(relative(folder, path))}\n`);
  } finally {
    fs.closeSync(descriptor);
  }
  return list;
}

/** By the lists from the root of the repository down to the folder; the last line that speaks of it decides. */
export function isIgnored(path: string, repository: string): boolean {
  const folders = [dirname(path)];
  while (folders[0] !== repository && dirname(folders[0]!) !== folders[0]) folders.unshift(dirname(folders[0]!));
  let isOut = false;
  for (const folder of folders) {
    const below = relative(folder, path).split(sep).join('/');
    for (const line of linesOf(join(folder, '.gitignore'))) {
      const isNegated = line.startsWith('!');
      const pattern = isNegated ? line.slice(1) : line;
      if (isNegated ? !isUnderstood(pattern) || speaksOf(pattern, below) : isUnderstood(pattern) && speaksOf(pattern, below)) isOut = !isNegated;
    }
  }
  return isOut;
}

function isUnderstood(pattern: string): boolean {
  return /^[\w.*/-]+$/.test(pattern) && !pattern.endsWith('/');
}

/** Without a slash it is about the name in any folder. */
function speaksOf(pattern: string, below: string): boolean {
  const name = pattern.includes('/') ? below : below.slice(below.lastIndexOf('/') + 1);
  return matcher([pattern], '.gitignore')(name);
}

function linesOf(list: string): string[] {
  try {
    return fs
      .readFileSync(list, 'utf8')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'));
  } catch {
    return [];
  }
}

/** A name as a pattern that means that name only. */
function escaped(name: string): string {
  return name
    .split(sep)
    .join('/')
    .replaceAll(/[\\*?[\] ]/g, '\\$&');
}
