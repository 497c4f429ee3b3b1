/** `keyturn init`: writes a configuration file with comments, from what can be seen here, and asks only for what cannot. */
import fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { configNames, discover } from '../../config/discover.ts';
import { currentUser, isForeign, mayOthersWrite } from '../../providers/file-modes.ts';
import { formatNameOf, knownEndings } from '../../providers/file-formats.ts';
import { shellQuoted } from '../../providers/file-problem.ts';
import type { Answer } from '../answers.ts';
import { ask, confirm } from '../ask.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failure.ts';
import { keepFromGit } from '../init/git-ignore.ts';
import { look, type Seen } from '../init/seen.ts';
import { type Choice, template } from '../init/template.ts';
import type { CommonOptions } from '../session.ts';
import type { Terminal } from '../terminal.ts';

export interface InitOptions extends CommonOptions {
  /** Ask nothing. */
  readonly yes?: boolean;
}

export function init({ config, json, yes }: InitOptions, terminal: Terminal): number {
  if (config !== undefined)
    throw new UsageError('init takes no --config: it writes keyturn.yaml in the working directory.', 'Leave it out, and move the file afterwards.');
  const folder = fs.realpathSync(process.cwd());
  const path = join(folder, 'keyturn.yaml');
  refuse(folder);
  const before = otherFile(folder);
  const seen = look(folder, process.env);
  const choice = yes || json || !terminal.isInputTerminal ? taken(seen) : asked(seen, terminal);
  write(path, template(choice));

  const { repository } = seen;
  const ignored = repository === undefined ? [] : choice.files.flatMap((name) => ignore(join(folder, name), folder, repository));
  if (json) {
    terminal.write(`${JSON.stringify({ file: path, providers: providersOf(choice), files: choice.files, ignored } satisfies Answer<'init'>)}\n`);
    return exitCodes.done;
  }
  terminal.say(`keyturn: ${path} was written. It asks ${listed(providersOf(choice))}; keyturn config show tells the rest.`);
  for (const { file, list } of ignored) terminal.say(`keyturn: ${file} was added to ${list}, so that it is not committed.`);
  if (before !== undefined) terminal.say(`keyturn: ${before} was followed here until now, and no longer is.`);
  if (process.env['KEYTURN_CONFIG']) terminal.say(`keyturn: KEYTURN_CONFIG names another file, which is followed while it is set.`);
  return exitCodes.done;
}

/** @throws UsageError when the file would not be used, or another is there */
function refuse(folder: string): void {
  for (const name of configNames) {
    if (fs.lstatSync(join(folder, name), { throwIfNoEntry: false }) !== undefined) throw alreadyThere(join(folder, name));
  }
  const user = currentUser();
  if (user === undefined) return;
  const stat = fs.statSync(folder);
  if (isForeign(stat, user))
    throw new UsageError(
      `The folder ${folder} belongs to another user, so a configuration in it would not be used.`,
      `If it is yours: chown "$(id -un)" ${shellQuoted(folder)}`,
    );
  if (mayOthersWrite(stat))
    throw new UsageError(`Others may write the folder ${folder}, so a configuration in it would not be used.`, `Run: chmod go-w ${shellQuoted(folder)}`);
}

/** What is followed here without the new file, whatever is wrong with it. */
function otherFile(folder: string): string | undefined {
  try {
    return discover({ env: { ...process.env, KEYTURN_CONFIG: undefined }, cwd: folder })?.path;
  } catch {
    return undefined;
  }
}

function taken({ files, aws }: Seen): Choice {
  return { files, aws: aws !== undefined, region: undefined };
}

function asked({ files, aws }: Seen, terminal: Terminal): Choice {
  const named = files.length > 0 ? files : askForFile(terminal);
  const usesAws = aws !== undefined || confirm('Use AWS Secrets Manager?', terminal);
  return { files: named, aws: usesAws, region: usesAws && !aws?.hasRegion ? askForRegion(terminal) : undefined };
}

function askForFile(terminal: Terminal): string[] {
  for (;;) {
    const name = ask('A file of this folder for secrets, for example secrets.yaml (Enter for your own, ~/.config/keyturn/secrets.*):', terminal);
    if (name === '') return [];
    if (basename(name) === name && formatNameOf(name) !== undefined) return [name];
    terminal.say(`keyturn: write a name without a folder, with one of the endings ${knownEndings}.`);
  }
}

function askForRegion(terminal: Terminal): string | undefined {
  for (;;) {
    const region = ask('The AWS region, for example eu-west-1 (Enter to leave it to AWS_REGION):', terminal);
    if (region === '') return undefined;
    if (/^[a-z]{2,4}(?:-[a-z]+){1,3}-\d{1,2}$/.test(region)) return region;
    terminal.say('keyturn: that is no AWS region.');
  }
}

/** Exclusively: what somebody put there meanwhile, a file or a link, is not written to. */
function write(path: string, text: string): void {
  try {
    fs.writeFileSync(path, text, { flag: 'wx', mode: 0o644 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw alreadyThere(path);
    throw new UsageError(`${path} could not be written (${code ?? 'unknown reason'}).`, `Look at ${dirname(path)} and its permissions.`);
  }
}

function ignore(file: string, folder: string, repository: string): { file: string; list: string }[] {
  try {
    const list = keepFromGit(file, folder, repository);
    return list === undefined ? [] : [{ file, list }];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `${file} could not be added to .gitignore (${code ?? 'unknown reason'}); keyturn.yaml was written.`,
      'Add it yourself, so that it is not committed.',
    );
  }
}

function alreadyThere(path: string): UsageError {
  return new UsageError(`There is already ${path}.`, 'Edit it, or move it away first; keyturn config show tells what it comes to.');
}

function providersOf({ files, aws }: Choice): string[] {
  return ['env', ...(files.length === 0 ? ['file'] : files.map(() => 'file')), ...(aws ? ['aws-secrets-manager'] : [])];
}

function listed(providers: readonly string[]): string {
  return `${providers.slice(0, -1).join(', ')} and ${providers.at(-1)!}`;
}
