/** `keyturn trust FILE`: shows what a configuration file could do to the user, and remembers that it may, until it changes. */
import fs from 'node:fs';
import { basename, resolve } from 'node:path';
import { configNames } from '../../config/discover.ts';
import { readFound } from '../../config/load.ts';
import { type Power, powersOf } from '../../config/powers.ts';
import { endTrust, keepTrust, trustOf } from '../../config/trust.ts';
import type { Answer } from '../answers.ts';
import { confirm } from '../ask.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failure.ts';
import type { CommonOptions } from '../session.ts';
import type { Terminal } from '../terminal.ts';

export interface TrustOptions extends CommonOptions {
  /** Do not ask. */
  readonly yes?: boolean;
  /** End the trust. */
  readonly remove?: boolean;
}

export async function trust(file: string, options: TrustOptions, terminal: Terminal): Promise<number> {
  const path = resolve(file);
  if (options.remove) return remove(path, options, terminal);
  if (!configNames.includes(basename(path)))
    throw new UsageError(`${path} needs no trust: only ${configNames.join(' and ')} are found by themselves.`, 'Name it with --config or KEYTURN_CONFIG.');
  if (fs.lstatSync(path, { throwIfNoEntry: false }) === undefined) throw new UsageError(`There is no ${path}.`, 'Check the path.');

  // As if it had been found: a file that others may write is refused, trusted or not.
  const { config, text } = await readFound({ path, isDiscovered: true });
  const powers = powersOf(config);
  const answer = (isTrusted: boolean, said: string) => {
    if (options.json) terminal.write(`${JSON.stringify({ file: path, trusted: isTrusted, needsTrust: powers } satisfies Answer<'trust'>)}\n`);
    else terminal.say(`keyturn: ${said}`);
    return exitCodes.done;
  };
  if (powers.length === 0) return answer(false, `${path} does nothing that needs trust.`);
  const before = trustOf(path, text, process.env);
  if (before === 'trusted') return answer(true, `${path} is trusted already.`);
  if (!options.yes) agree(path, powers, before === 'changed', terminal);
  await keepTrust(path, text, process.env);
  return answer(true, `${path} is trusted until it changes.`);
}

/** @throws UsageError unless a person said yes */
function agree(path: string, powers: readonly Power[], hasChanged: boolean, terminal: Terminal): void {
  const lines = powers.map(({ setting, value, does }) => `- ${setting}${value === undefined ? '' : ` (${value})`} ${does}`);
  terminal.say([`keyturn: ${path}${hasChanged ? ', which has changed since you trusted it,' : ''} needs your trust for this:`, ...lines].join('\n'));
  if (!terminal.isInputTerminal) throw new UsageError('Nobody is there to be asked, so nothing is trusted.', 'If you trust it, add --yes.');
  if (!confirm('Trust the file as it is now?', terminal)) throw new UsageError(`${path} is not trusted.`, 'Nothing was changed.');
}

async function remove(path: string, options: TrustOptions, terminal: Terminal): Promise<number> {
  const wasTrusted = await endTrust(path, process.env);
  if (options.json) terminal.write(`${JSON.stringify({ file: path, trusted: false, wasTrusted } satisfies Answer<'trust'>)}\n`);
  else terminal.say(wasTrusted ? `keyturn: ${path} is no longer trusted.` : `keyturn: ${path} was not trusted.`);
  return exitCodes.done;
}
