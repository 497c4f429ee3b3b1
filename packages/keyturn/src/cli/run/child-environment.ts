/** The environment of the command: ours, with the secrets, without what is Keyturn's own. */
import type { Config } from '../../config/config.ts';
import { defaultProviders } from '../../config/default-providers.ts';
import { type OptionType, providerOptions } from '../../config/settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** `KEYTURN_` variables, and those that only the configuration names as our own credentials, are kept from the command; nothing else is. */
export function childEnvironment(own: Environment, values: ReadonlyMap<string, string>, config: Config): Record<string, string | undefined> {
  const kept = new Set(credentialVariables(config));
  const inherited = Object.entries(own).filter(([name]) => !name.startsWith('KEYTURN_') && !kept.has(name));
  return Object.fromEntries([...inherited, ...values]);
}

/** The variables that the configuration says hold credentials of ours. */
function credentialVariables({ providers = defaultProviders }: Config): string[] {
  return providers.flatMap(({ kind, options }) => {
    const types: readonly (readonly [string, OptionType])[] = Object.entries(providerOptions[kind]);
    return types.filter(([key, type]) => type === 'variable' && typeof options[key] === 'string').map(([key]) => options[key] as string);
  });
}
