/** `keyturn run -- COMMAND…`: all secrets first, then the command, with them in its environment and masked in its output. */
import { processScrubber } from '../../redaction/registry.ts';
import { report, UsageError } from '../failure.ts';
import { childEnvironment } from '../run/child-environment.ts';
import { declared, readAll } from '../run/declared.ts';
import { remembering } from '../run/remember.ts';
import { NotStarted, start } from '../run/start.ts';
import { type CommonOptions, configurationOf, withSecretsOf } from '../session.ts';
import type { Terminal } from '../terminal.ts';

export interface RunOptions extends CommonOptions {
  /** `NAME=REF`, each. */
  readonly env: readonly string[];
  readonly mask: boolean;
}

export async function run(command: readonly string[], options: RunOptions, terminal: Terminal): Promise<number> {
  const config = await configurationOf(options);
  const all = declared(config, options.env);
  // Closed before the command starts: it may run for days, and nothing of ours needs to stay open for it.
  const values =
    Object.keys(all).length === 0 ? new Map<string, string>() : await withSecretsOf(config, terminal, (secrets) => readAll(secrets, all, config), remembering);
  // What the command is given is hidden however ordinary it looks: `yes`, `5432`.
  for (const value of values.values()) processScrubber.add(value, { always: true });
  try {
    return await start(command, { env: childEnvironment(process.env, values, config), isMasked: options.mask && values.size > 0 });
  } catch (error) {
    if (!(error instanceof NotStarted)) throw error;
    return report(new UsageError(error.message), terminal, { json: options.json ?? false, exitCode: error.exitCode });
  }
}
