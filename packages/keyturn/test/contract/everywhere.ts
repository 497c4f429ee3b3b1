/** The contract suite over one provider of ours: as it is, and behind the timeout that stands around each provider of a chain. */
import { describe, expect, test } from 'vitest';
import type { Provider, ProviderOptions, Wrap } from '../../src/core/provider.ts';
import { timeout } from '../../src/resilience/timeout.ts';
import { type ContractOptions, type ContractPlace, providerContract } from '../../src/testing/index.ts';

const wraps: Readonly<Record<string, Wrap>> = {
  alone: (provider: Provider) => provider,
  'behind a timeout': timeout(10_000),
};

export function everywhere<Place extends ContractPlace>(what: string, options: Omit<ContractOptions<Place>, 'test'>): void {
  for (const [where, wrap] of Object.entries(wraps)) {
    describe(`${what}, ${where}`, () => {
      providerContract<Place>({
        ...options,
        test,
        async place(settings) {
          const place = await options.place(settings);
          return { ...place, provider: wrap(place.provider) };
        },
      });
    });
  }

  // A chain would say so later. Ours say so where they are made.
  test.each([{ name: 'No Name' }, { match: [''] }, { ttl: 5 }, { staleIfError: 'soon' }])(`${what} refuses %j where it is made`, async (wrong) => {
    const made = async () => options.place(wrong as ProviderOptions);
    await expect(made()).rejects.toMatchObject({ code: 'CONFIGURATION' });
  });
}
