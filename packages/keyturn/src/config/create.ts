/** createFromConfig(): the providers that a configuration names, and the secrets over them. */
import { ConfigurationError, isKeyturnError } from '../core/errors.ts';
import type { Logger, LogLevel } from '../core/events.ts';
import type { Provider, Wrap } from '../core/provider.ts';
import type { SecretsOptions } from '../assembly.ts';
import { createSecrets, type Secrets } from '../secrets.ts';
import type { Config, ProviderConfig } from './config.ts';
import { defaultProviders } from './default-providers.ts';
import type { ProviderKind } from './settings.ts';

export interface CreateOptions extends Partial<Omit<SecretsOptions, 'providers'>> {
  /** Put around every provider. */
  readonly wrap?: Wrap;
}

/** Loaded when named: a program that reads a file does not wait for AWS. */
const factories: Readonly<Record<ProviderKind, (options: object) => Promise<Provider>>> = {
  env: async (options) => (await import('../providers/env.ts')).env(options),
  file: async (options) => (await import('../providers/file.ts')).file(options),
  'aws-secrets-manager': async (options) => (await import('../providers/aws-secrets-manager.ts')).awsSecretsManager(options),
};

/**
 * Secrets as `config` describes them; what is given in `options` comes before it.
 *
 * ```ts
 * const secrets = await createFromConfig(await loadConfig());
 * const password = await secrets.get('prod/db#password');
 * ```
 * @throws ConfigurationError naming the setting that is wrong
 */
export async function createFromConfig(config: Config, options: CreateOptions = {}): Promise<Secrets> {
  const { wrap = (provider: Provider) => provider, ...explicit } = options;
  const providers = await Promise.all((config.providers ?? defaultProviders).map(async (each) => wrap(await make(each))));
  const { cache, attemptTimeout, deadline, log, onUnavailable, secrets } = config;
  const configured = { ...cache, ...defined({ attemptTimeout, deadline, log, onUnavailable, secrets }) };
  const given = defined(explicit);
  try {
    return createSecrets({ ...configured, ...(isTold(log?.level) && { logger: standardError }), ...given, providers });
  } catch (error) {
    throw located(error, config.file, Object.keys(given));
  }
}

function isTold(level: LogLevel | undefined): boolean {
  return level !== undefined && level !== 'off';
}

function line(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Where events go when the configuration asks for them and the program has no logger of its own. */
const standardError: Logger = { debug: line, info: line, warn: line, error: line };

/** The same, with the file in which the setting stands; but not for one that the caller gave. */
function located(error: unknown, file: string | undefined, given: readonly string[]): unknown {
  if (file === undefined || !isKeyturnError(error) || error.message.includes(file) || given.some((key) => error.message.startsWith(key))) return error;
  return new ConfigurationError(`${file}: ${error.message}`, { hint: error.hint });
}

function make({ kind, options }: ProviderConfig): Promise<Provider> {
  return factories[kind](options);
}

/** Without the keys that stand for nothing: `undefined` said explicitly does not undo what the file says. */
function defined<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
