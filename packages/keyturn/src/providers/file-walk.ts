/** Follows a path link by link, as the system would, and refuses every link and folder on the way that others control. */
import fs, { type BigIntStats } from 'node:fs';
import { dirname, join, parse, sep } from 'node:path';
import { currentUser, isForeign, mayOthersReplaceIn } from './file-modes.ts';
import { FileProblem, refusedBySystem, shellQuoted, systemCode } from './file-problem.ts';

export interface Place {
  /** Where the path leads, with no link left in it. */
  readonly real: string;
  /** What stands there, seen after the last link. */
  readonly stat: BigIntStats;
}

const mostLinks = 40;
const separator = sep === '/' ? '/' : /[\\/]/;

/**
 * Where the absolute `path` leads; `undefined` when nothing is there.
 *
 * The folder that holds the file is checked (a folder itself is for the caller to check), and so is each link and the folder that holds it. Folders further up are not:
 * whoever swaps one of those can only put a folder or a link of their own in its place, and that is refused for its owner.
 * @param last what to do when the last part is a link: writers refuse it, because a rename would replace the link and not its target
 * @throws FileProblem
 */
export function walk(path: string, last: 'follow' | 'refuse-link' = 'follow'): Place | undefined {
  try {
    return walkUnguarded(path, last);
  } catch (error) {
    if (error instanceof FileProblem) throw error;
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return undefined;
    throw refusedBySystem(path, 'read', error);
  }
}

function walkUnguarded(path: string, last: 'follow' | 'refuse-link'): Place | undefined {
  const { root } = parse(path);
  const rest = path.slice(root.length).split(separator);
  let [at, links] = [root, 0];
  /** Of `at`; unknown after a step that did not look. */
  let stat: BigIntStats | undefined;
  while (rest.length > 0) {
    const part = rest.shift() as string;
    if (part === '' || part === '.') continue;
    if (part === '..') {
      at = dirname(at);
      stat = undefined;
      continue;
    }
    const next = join(at, part);
    const found = fs.lstatSync(next, { bigint: true });
    if (!found.isSymbolicLink()) {
      at = next;
      stat = found;
      continue;
    }
    if (last === 'refuse-link' && rest.every((name) => name === '')) {
      throw new FileProblem('refused', `${path} is a symbolic link, and writing does not go through one`, 'Give the path of the file it points to.');
    }
    if (++links > mostLinks) throw new FileProblem('invalid', `${path} goes through over ${mostLinks} links`, 'Look for links that point at each other.');
    checkLink(next, found);
    checkFolder(at);
    const target = fs.readlinkSync(next);
    const targetRoot = parse(target).root;
    if (targetRoot !== '') at = targetRoot;
    stat = undefined;
    rest.unshift(...target.slice(targetRoot.length).split(separator));
  }
  stat ??= fs.lstatSync(at, { bigint: true });
  if (!stat.isDirectory()) checkFolder(dirname(at));
  return { real: at, stat };
}

function checkLink(path: string, stat: BigIntStats): void {
  const user = currentUser();
  if (user === undefined || !isForeign(stat, user)) return;
  throw new FileProblem(
    'refused',
    `the link ${path} belongs to another user, who decides where it leads`,
    `Make it yours: chown -h "$(id -un)" ${shellQuoted(path)}`,
  );
}

/** @throws FileProblem when somebody other than the user and root could replace what lies in `folder` */
export function checkFolder(folder: string): void {
  const user = currentUser();
  if (user === undefined) return;
  const stat = fs.statSync(folder);
  if (isForeign(stat, user)) {
    throw new FileProblem(
      'refused',
      `the folder ${folder} belongs to another user, who could replace what is in it`,
      `Make it yours: chown "$(id -un)" ${shellQuoted(folder)}`,
    );
  }
  if (mayOthersReplaceIn(stat)) {
    throw new FileProblem('refused', `others may write the folder ${folder}, and so replace what is in it`, `Run: chmod go-w ${shellQuoted(folder)}`);
  }
}
