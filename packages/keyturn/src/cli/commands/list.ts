/** `keyturn list [PREFIX]`: names, and whose they are. Never a value. */
import type { Answer } from '../answers.ts';
import { exitCodes } from '../exit-codes.ts';
import { type CommonOptions, withSecrets } from '../session.ts';
import { harmless, type Terminal } from '../terminal.ts';

export interface ListOptions extends CommonOptions {
  /** Only this one's. */
  readonly provider?: string;
}

export async function list(prefix: string | undefined, options: ListOptions, terminal: Terminal): Promise<number> {
  const listed = await withSecrets(options, terminal, (secrets) => secrets.list(prefix, options.provider));
  const rows = listed.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  if (options.json) {
    terminal.write(`${JSON.stringify({ items: rows } satisfies Answer<'list'>)}\n`);
    return exitCodes.done;
  }
  // Two columns for a person; for a script a name on each line, and nothing else.
  const width = Math.max(0, ...rows.map(({ name }) => name.length));
  for (const { name, provider } of rows) terminal.write(terminal.isOutputTerminal ? `${harmless(name).padEnd(width)}  ${provider}\n` : `${harmless(name)}\n`);
  return exitCodes.done;
}
