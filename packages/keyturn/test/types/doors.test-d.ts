/** What the other doors give: a provider and a wrap of one's own, the caches, the configuration, the scrubber. */
import { expectTypeOf } from 'vitest';
import { SecretCache, TtlCache, type TtlCacheStats } from '../../src/cache/index.ts';
import { type Config, createFromConfig, loadConfig } from '../../src/config/index.ts';
import { type Provider, type ReadOptions, type ReadResult, Secret, type SecretRef, type Secrets, type Wrap } from '../../src/index.ts';
import { environmentName } from '../../src/providers/env.ts';
import { memory, type MemoryCall } from '../../src/providers/memory.ts';
import { processScrubber, Scrubber, ScrubStream } from '../../src/redaction/index.ts';

/** Two members are enough; the powers are optional. */
export const own: Provider = {
  name: 'own',
  get(ref, { signal, deadline }) {
    expectTypeOf(ref).toEqualTypeOf<SecretRef>();
    expectTypeOf(deadline).toEqualTypeOf<number>();
    signal.throwIfAborted();
    return Promise.resolve(new Secret({ ref, value: 'value', provider: 'own' }));
  },
};
// @ts-expect-error A provider answers with a Secret, not with text.
export const careless: Provider = { name: 'careless', get: () => Promise.resolve('value') };
// @ts-expect-error A provider has a name.
export const nameless: Provider = { get: () => Promise.resolve(undefined) };

export const wrap: Wrap = (next) => ({ ...next, get: (ref, options) => next.get(ref, options) });
expectTypeOf<NonNullable<Provider['getMany']>>().toEqualTypeOf<(refs: readonly SecretRef[], options: ReadOptions) => Promise<readonly ReadResult[]>>();

// In a test's provider the powers are there, so that nobody asks for them with `!`.
expectTypeOf(memory({ 'prod/db': 'value', 'prod/key': new Uint8Array() }).set).not.toBeUndefined();
expectTypeOf(memory().calls).toEqualTypeOf<readonly MemoryCall[]>();
expectTypeOf(environmentName).parameter(0).not.toBeAny();

export const numbers = new TtlCache<number>({ ttl: '1m', maxEntries: 10 });
expectTypeOf(numbers.get('one')).toEqualTypeOf<number | undefined>();
expectTypeOf(numbers.stats()).toEqualTypeOf<TtlCacheStats>();
// @ts-expect-error It keeps numbers.
numbers.set('one', '1');
export const shared = new SecretCache({ maxEntries: 10 });

export async function configured(): Promise<Secrets> {
  const config = await loadConfig({ file: 'keyturn.yaml' });
  expectTypeOf(config).toEqualTypeOf<Config>();
  // @ts-expect-error The providers are the configuration's.
  await createFromConfig(config, { providers: [] });
  return createFromConfig(config, { wrap, ttl: '1m' });
}

expectTypeOf(processScrubber).toEqualTypeOf<Scrubber>();
expectTypeOf(processScrubber.scrub).toEqualTypeOf<(text: string) => string>();
export const stream = processScrubber.stream();
expectTypeOf(stream).toEqualTypeOf<ScrubStream>();
// Bytes, by the name that every TypeScript program knows.
expectTypeOf(stream.write(new Uint8Array())).toEqualTypeOf<Uint8Array>();
expectTypeOf(stream.end()).toEqualTypeOf<Uint8Array>();
