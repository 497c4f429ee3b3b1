/** One command's use of the secrets: the configuration read, the secrets opened, and closed whatever happens. */
import type { Config } from '../config/config.ts';
import { createFromConfig } from '../config/create.ts';
import { loadConfig } from '../config/load.ts';
import type { Logger } from '../core/events.ts';
import type { Wrap } from '../core/provider.ts';
import type { Secrets } from '../secrets.ts';
import type { Terminal } from './terminal.ts';
import { Waiting } from './waiting.ts';

/** What every command takes. */
export interface CommonOptions {
  readonly config?: string;
  readonly json?: boolean;
}

/** Reads the configuration, and does `work` with the secrets that it describes. */
export async function withSecrets<T>(options: CommonOptions, terminal: Terminal, work: (secrets: Secrets, config: Config) => Promise<T>): Promise<T> {
  const config = await configurationOf(options);
  return withSecretsOf(config, terminal, (secrets) => work(secrets, config));
}

export function configurationOf({ config: file }: CommonOptions): Promise<Config> {
  return loadConfig({ ...(file !== undefined && { file }) });
}

export async function withSecretsOf<T>(config: Config, terminal: Terminal, work: (secrets: Secrets) => Promise<T>, wrap?: Wrap): Promise<T> {
  const level = config.log?.level ?? 'off';
  const waiting = new Waiting(terminal);
  const secrets = await createFromConfig(config, {
    ...(level !== 'off' && { logger: loggerTo(terminal) }),
    wrap: (next) => waiting.wrap(wrap ? wrap(next) : next),
  });
  try {
    return await work(secrets);
  } finally {
    waiting.end();
    await secrets.close();
  }
}

function loggerTo(terminal: Terminal): Logger {
  const line = (text: string) => {
    terminal.say(text);
  };
  return { debug: line, info: line, warn: line, error: line };
}
