/** `keyturn get REF`: the value, alone, on standard output. */
import { isUtf8 } from 'node:buffer';
import type { Secret } from '../../core/secret.ts';
import { formatRef } from '../../core/ref.ts';
import type { Answer } from '../answers.ts';
import { exitCodes } from '../exit-codes.ts';
import { type CommonOptions, withSecrets } from '../session.ts';
import { harmless, type Terminal } from '../terminal.ts';

export interface GetOptions extends CommonOptions {
  /** Byte for byte on a terminal, too. */
  readonly raw?: boolean;
}

export async function get(ref: string, options: GetOptions, terminal: Terminal): Promise<number> {
  const secret = await withSecrets(options, terminal, (secrets) => secrets.get(ref));
  if (options.json) terminal.write(`${JSON.stringify(asJson(secret))}\n`);
  else if (!terminal.isOutputTerminal || options.raw) terminal.write(secret.bytes());
  else show(secret.bytes(), terminal);
  return exitCodes.done;
}

function asJson(secret: Secret): Answer<'get'> {
  const bytes = secret.bytes();
  const isText = isUtf8(bytes);
  return {
    ref: formatRef(secret.ref),
    value: Buffer.from(bytes).toString(isText ? 'utf8' : 'base64'),
    encoding: isText ? 'utf8' : 'base64',
    version: secret.version ?? null,
    provider: secret.provider,
    fetchedAt: secret.fetchedAt,
    ageMs: Math.round(secret.ageMs),
    stale: secret.stale,
  };
}

/** On a terminal a value is looked at, not used: it ends with a line end, and nothing in it acts on the terminal. */
function show(bytes: Uint8Array, terminal: Terminal): void {
  const text = isUtf8(bytes)
    ? Buffer.from(bytes).toString()
    : Buffer.from(bytes)
        .toString('latin1')
        .replaceAll(/[\x80-\xff]/g, hex);
  const shown = harmless(text);
  terminal.write(shown.endsWith('\n') ? shown : `${shown}\n`);
  if (shown !== text || !isUtf8(bytes))
    terminal.say('keyturn: characters that a terminal would act on, or that are no text, are shown escaped; --raw writes them as they are.');
}

function hex(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16)}`;
}
