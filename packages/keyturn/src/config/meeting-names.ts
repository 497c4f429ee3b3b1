/** Two declared names that meet in one variable of the environment: one value would silently be given for both. */
import { ConfigurationError } from '../core/errors.ts';
import { matcher } from '../core/provider.ts';
import { formatRef, parseRef } from '../core/ref.ts';
import { environmentName } from '../providers/env-names.ts';
import type { ProviderConfig } from './config.ts';
import { defaultProviders } from './default-providers.ts';

/**
 * @param declared what asks for each reference, `DB_PASSWORD`, and the reference
 * @throws ConfigurationError naming both, and the variable in which they meet
 */
export function refuseMeetingNames(declared: Readonly<Record<string, string>>, providers: readonly ProviderConfig[] = defaultProviders): void {
  for (const { kind, options } of providers) {
    if (kind !== 'env') continue;
    const { name = kind, prefix, match } = options as { name?: string; prefix?: string; match?: string[] };
    const matches = matcher(match, name);
    const taken = new Map<string, { readonly by: string; readonly text: string }>();
    for (const [by, given] of Object.entries(declared)) {
      const { provider, ...ref } = parseRef(given);
      if ((provider !== undefined && provider !== name) || ref.version !== undefined || !matches(ref.name)) continue;
      const variable = environmentName(ref, prefix);
      if (variable === undefined) continue;
      const text = formatRef(ref);
      const other = taken.get(variable);
      if (other && other.text !== text) {
        throw new ConfigurationError(
          `${other.by} (${other.text}) and ${by} (${text}) are two secrets, and both would be answered by the environment variable ${variable}.`,
          {
            ref: text,
            provider: name,
            hint: `Rename one of the secrets, or keep the environment from answering with match: on ${name}.`,
          },
        );
      }
      taken.set(variable, { by, text });
    }
  }
}
