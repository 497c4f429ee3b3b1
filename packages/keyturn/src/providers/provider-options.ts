/** What every provider here does first: its common options, checked where it is made and not where it is asked. */
import { parseDuration } from '../core/clock.ts';
import { ConfigurationError } from '../core/errors.ts';
import { checkOptions, matcher, type ProviderOptions, type ProviderSettings, settingsOf } from '../core/provider.ts';

export interface CommonSettings extends ProviderSettings {
  readonly name: string;
  readonly kind: string;
}

/** What a provider may be called. */
export const providerName = /^[a-z][a-z0-9-]*$/;

/**
 * The name, kind and settings that a provider of this kind carries.
 * @param known the options that this kind takes besides the common ones
 * @throws ConfigurationError naming the option that is wrong
 */
export function commonSettings(kind: string, options: ProviderOptions, known: readonly string[]): CommonSettings {
  checkOptions(kind, options, known);
  const { name = kind } = options;
  if (typeof name !== 'string' || !providerName.test(name)) {
    throw new ConfigurationError(`${kind}.name: ${JSON.stringify(name)} is no provider name.`, {
      provider: kind,
      hint: 'A provider name is a-z, 0-9 and "-", and begins with a letter.',
    });
  }
  matcher(options.match, kind);
  if (options.ttl !== undefined) parseDuration(options.ttl, `${kind}.ttl`);
  if (options.staleIfError !== undefined) parseDuration(options.staleIfError, `${kind}.staleIfError`);
  return { name, kind, ...settingsOf(options) };
}
