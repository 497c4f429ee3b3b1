/** Every plain setting, once: its path in the file, and from that its environment variable, its check, its default and what it is for. */

/** `duration`: `'5m'`, `0`, `'none'`. `period`: a duration that is not 0. `count`: a whole number of at least 1. A list: one of these words. */
export type SettingType = 'duration' | 'period' | 'count' | readonly string[];

export interface Setting {
  /** Where it stands in the file: `cache.ttl`. */
  readonly path: string;
  readonly type: SettingType;
  /** As a person would write it. */
  readonly default: string;
  /** One sentence. */
  readonly help: string;
}

export const settings = [
  { path: 'cache.ttl', type: 'duration', default: '5m', help: 'How long a value is used before it is read again.' },
  { path: 'cache.staleIfError', type: 'duration', default: '1h', help: 'How long past its ttl a value may cover an outage of its source.' },
  { path: 'cache.maxEntries', type: 'count', default: '1000', help: 'The most documents kept in memory.' },
  { path: 'cache.negativeTtl', type: 'duration', default: '5s', help: 'How long "there is no such secret" is believed.' },
  { path: 'cache.minTtl', type: 'duration', default: '0', help: 'The shortest ttl that counts; shorter ones are raised to it.' },
  { path: 'cache.maxTtl', type: 'duration', default: 'none', help: 'The longest ttl that counts; longer ones are cut to it.' },
  {
    path: 'cache.rereadAfter',
    type: 'duration',
    default: '1h',
    help: 'How long version checks may keep a value without a read, after which its right to be read is tried again.',
  },
  {
    path: 'cache.sweepInterval',
    type: 'period',
    default: '60s',
    help: 'How often values that nobody may use any more are removed from memory; at least a second.',
  },
  { path: 'attemptTimeout', type: 'period', default: '3s', help: 'The most that one attempt at one provider may take.' },
  { path: 'deadline', type: 'period', default: '10s', help: 'The most that a read may take in all.' },
  { path: 'log.level', type: ['debug', 'info', 'warn', 'error', 'off'], default: 'off', help: 'From which level up events are written to standard error.' },
] as const satisfies readonly Setting[];

export type SettingPath = (typeof settings)[number]['path'];

/** Variables that are no settings of the file. */
export const otherVariables = ['KEYTURN_CONFIG'] as const;

/** `cache.maxEntries` is `KEYTURN_CACHE_MAX_ENTRIES`. */
export function variableOf(path: string): string {
  return `KEYTURN_${path.replaceAll('.', '_').replaceAll(/[A-Z]/g, '_$&').toUpperCase()}`;
}

/**
 * `text`: any. `path`: relative to the file that it stands in. `flag`: true or false. `list`: of texts.
 * `endpoint`: an address that is sent requests signed with the user's own credentials; a file that was merely found needs trust to name one.
 * `variable`: an environment variable with a credential of ours, which `keyturn run` keeps from its command.
 */
export type OptionType = 'text' | 'path' | 'flag' | 'duration' | 'period' | 'list' | 'endpoint' | 'variable';

/** The types whose options would run code or be sent credentials, and what such an option does: a file that was merely found needs `keyturn trust` for them. */
export const powerfulTypes: Readonly<Partial<Record<OptionType, string>>> = {
  endpoint: 'is sent requests signed with your credentials',
};

/** What each kind of provider takes in the file; what each option is for stands in `setting-texts.ts`. `memory` is missing on purpose: secrets do not belong in a configuration file. */
export const providerOptions = {
  env: { prefix: 'text', allowEmpty: 'flag' },
  file: { path: 'path', strictModes: 'flag' },
  'aws-secrets-manager': { region: 'text', profile: 'text', roleArn: 'text', endpoint: 'endpoint', bundle: 'text', versionCheck: 'flag', timeout: 'period' },
} as const satisfies Readonly<Record<string, Readonly<Record<string, OptionType>>>>;

export type ProviderKind = keyof typeof providerOptions;

/** What every provider takes besides. */
export const commonOptions = { name: 'text', match: 'list', ttl: 'duration', staleIfError: 'duration' } as const satisfies Readonly<Record<string, OptionType>>;

/** What can be set for a single secret. */
export const secretOptions = { ttl: 'duration', staleIfError: 'duration' } as const satisfies Readonly<Record<string, OptionType>>;

/** What the chain does while a provider cannot be reached; the first is the default. */
export const unavailableWords = ['stop', 'next'] as const;

/** The parts of the file that hold more than one setting each. */
export const structuredParts = ['providers', 'onUnavailable', 'secrets', 'run'] as const;
