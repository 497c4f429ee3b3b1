/** `keyturn set REF`: writes a value that comes from standard input or a hidden prompt, never from the arguments. */
import { isUtf8 } from 'node:buffer';
import { formatRef, parseRef } from '../../core/ref.ts';
import type { Answer } from '../answers.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failure.ts';
import { promptHidden } from '../prompt.ts';
import { type CommonOptions, withSecrets } from '../session.ts';
import type { Terminal } from '../terminal.ts';

export interface SetOptions extends CommonOptions {
  /** Every byte counts, the final line end too. */
  readonly raw?: boolean;
}

const largestValue = 1_048_576;

export async function set(ref: string, options: SetOptions, terminal: Terminal): Promise<number> {
  const canonical = formatRef(parseRef(ref));
  return withSecrets(options, terminal, async (secrets) => {
    // Asked for late: a mistake in the configuration is told before anybody types.
    const value = terminal.isInputTerminal ? await promptHidden(`Value of ${canonical}: `, terminal) : trimmed(await readInput(), options.raw ?? false);
    if (value === undefined) return exitCodes.interrupted;
    if (value.length === 0 && !options.raw)
      throw new UsageError('There is no value: standard input is empty.', 'Pipe the value in; an empty one is written with --raw.');
    const { provider, version = null, shadowedBy = null } = await secrets.set(canonical, isUtf8(value) ? value.toString() : value);
    if (options.json) terminal.write(`${JSON.stringify({ ref: canonical, provider, version, shadowedBy } satisfies Answer<'set'>)}\n`);
    else terminal.say(`keyturn: ${canonical} was written to ${provider}${version === null ? '' : `, version ${version}`}.`);
    if (shadowedBy !== null) terminal.say(`keyturn: ${shadowedBy} is asked before ${provider} and has this name too: reads go on giving its value.`);
    return exitCodes.done;
  });
}

async function readInput(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > largestValue) throw new UsageError('The value is over 1 MiB.', 'Keep large things elsewhere, and their key here.');
  }
  return Buffer.concat(chunks);
}

/** Without the line end that `echo` and editors put there: one, LF or CR LF. */
function trimmed(bytes: Buffer, isRaw: boolean): Buffer {
  if (isRaw || bytes.at(-1) !== 0x0a) return bytes;
  return bytes.subarray(0, bytes.at(-2) === 0x0d ? -2 : -1);
}
