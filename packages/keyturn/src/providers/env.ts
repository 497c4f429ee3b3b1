/** The environment as a place for secrets: `prod/db` is `PROD_DB`, and `prod/db#password` may have a variable of its own. */
import { ConfigurationError } from '../core/errors.ts';
import type { Provider, ProviderOptions } from '../core/provider.ts';
import { documentOf, type SecretRef } from '../core/ref.ts';
import { Secret } from '../core/secret.ts';
import { environmentName, prefixText, withoutUnderscores } from './env-names.ts';
import { commonSettings } from './provider-options.ts';

export { environmentName } from './env-names.ts';

export interface EnvOptions extends ProviderOptions {
  /** `MYAPP`: only variables that begin with `MYAPP_` answer, and they answer every name. Default: none, and only unmistakable names are answered. */
  readonly prefix?: string | undefined;
  /** A variable set to nothing is a value. Default `false`: it is absent, and the next provider is asked. */
  readonly allowEmpty?: boolean | undefined;
  /** Read on every call; a variable set later is seen when what is kept in its place ends. Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

/**
 * Answers from environment variables. Nothing is written, and nothing has a version: a reference that names one is absent here.
 *
 * ```ts
 * const secrets = createSecrets({ providers: [env({ prefix: 'MYAPP' })] });
 * await secrets.get('prod/db#password'); // MYAPP_PROD_DB_PASSWORD, else the field of the JSON in MYAPP_PROD_DB
 * ```
 * @throws ConfigurationError when an option is unknown or wrong
 */
export function env(options: EnvOptions = {}): Provider {
  const settings = commonSettings('env', options, ['prefix', 'allowEmpty', 'env']);
  const { prefix, allowEmpty = false, env: variables = process.env } = options;
  if (prefix !== undefined) checkPrefix(prefix);
  if (typeof allowEmpty !== 'boolean') throw wrong('allowEmpty', allowEmpty, 'Write true or false.');

  const answer = (ref: SecretRef): Secret | undefined => {
    if (ref.version !== undefined) return undefined;
    const variable = environmentName(ref, prefix);
    if (variable === undefined || !Object.hasOwn(variables, variable)) return undefined;
    const value: unknown = variables[variable];
    if (typeof value !== 'string' || (value === '' && !allowEmpty)) return undefined;
    return new Secret({ ref, value, provider: settings.name });
  };

  return {
    ...settings,
    // Variables of one's own are a place of their own, which nothing but this object tells from others.
    ...(variables === process.env && { identity: `env:${prefix === undefined ? '' : withoutUnderscores(prefix)}${allowEmpty ? ':allowEmpty' : ''}` }),
    async get(ref, { signal }) {
      signal.throwIfAborted();
      return answer(documentOf(ref));
    },
    fieldOf: (ref) => (ref.field === undefined ? undefined : answer(ref)),
  };
}

function checkPrefix(prefix: unknown): void {
  if (typeof prefix !== 'string' || !prefixText.test(prefix)) {
    throw wrong('prefix', prefix, 'Write letters, digits and underscores, for example MYAPP; leave it out for none.');
  }
}

function wrong(option: string, value: unknown, hint: string): ConfigurationError {
  const shown = typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : `a ${typeof value}`;
  return new ConfigurationError(`env.${option}: ${shown} is not understood.`, { provider: 'env', hint });
}
