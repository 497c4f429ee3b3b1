/** `keyturn run -- COMMAND…`: all secrets first, then the command, with them in its environment or in files, and masked in its output. */
import { processScrubber } from '../../redaction/registry.ts';
import { report, UsageError } from '../failure.ts';
import { childEnvironment } from '../run/child-environment.ts';
import { type Asked, declared, readAll, type Values } from '../run/declared.ts';
import { NotStarted } from '../run/not-started.ts';
import { remembering } from '../run/remember.ts';
import { start } from '../run/start.ts';
import { type CommonOptions, configurationOf, withSecretsOf } from '../session.ts';
import type { Terminal } from '../terminal.ts';

export interface RunOptions extends CommonOptions, Asked {
  /** Not said: what is no terminal. */
  readonly mask?: boolean;
}

const nothing: Values = { variables: new Map(), files: new Map() };

export async function run(command: readonly string[], options: RunOptions, terminal: Terminal): Promise<number> {
  const config = await configurationOf(options);
  const all = declared(config, options);
  const isAnything = Object.keys(all.refs).length > 0;
  // Closed before the command starts: it may run for days, and nothing of ours needs to stay open for it.
  const { variables, files } = isAnything ? await withSecretsOf(config, terminal, (secrets) => readAll(secrets, all, config), remembering) : nothing;
  const mask = !isAnything || options.mask === false ? 'nothing' : options.mask ? 'everything' : 'streams';
  for (const value of [...variables.values(), ...files.values()]) hide(value);
  try {
    return await start(command, { env: childEnvironment(process.env, variables, config), files, mask });
  } catch (error) {
    if (!(error instanceof NotStarted)) throw error;
    return report(new UsageError(error.message), terminal, { json: options.json ?? false, exitCode: error.exitCode });
  }
}

/** What the command is given is hidden however ordinary it looks: `yes`, `5432`. */
function hide(value: string | Uint8Array): void {
  processScrubber.add(value, { always: true });
  // As a terminal shows it.
  const bytes = Buffer.from(value as Uint8Array);
  if (bytes.includes(10)) processScrubber.add(Buffer.from(bytes.toString('latin1').replaceAll('\n', '\r\n'), 'latin1'), { always: true });
}
