/** What `createSecrets` and the providers take, and what they refuse before a program runs. */
import { expectTypeOf } from 'vitest';
import { SecretCache } from '../../src/cache/index.ts';
import {
  createSecrets,
  type Duration,
  type GetOptions,
  type PrefetchOptions,
  type Provider,
  type Secrets,
  type SecretSettings,
  type SecretsOptions,
  systemClock,
} from '../../src/index.ts';
import { awsSecretsManager } from '../../src/providers/aws-secrets-manager.ts';
import { env } from '../../src/providers/env.ts';
import { file } from '../../src/providers/file.ts';
import { memory } from '../../src/providers/memory.ts';

expectTypeOf(createSecrets).parameters.toEqualTypeOf<[options: SecretsOptions]>();
expectTypeOf(createSecrets).returns.toEqualTypeOf<Secrets>();

// All of them at once, as a program writes them.
export const all = createSecrets({
  providers: [env({ prefix: 'MYAPP' }), file({ path: 'secrets.yaml' }), awsSecretsManager({ region: 'eu-west-1', match: ['prod/**'], ttl: '10m' }), memory()],
  onUnavailable: { 'aws-secrets-manager': 'next' },
  ttl: '5m',
  staleIfError: 0,
  minTtl: '1s',
  maxTtl: 'none',
  secrets: { 'prod/db#otp': { ttl: 0, staleIfError: 0 } },
  maxEntries: 100,
  negativeTtl: '5s',
  sweepInterval: '60s',
  attemptTimeout: '3s',
  deadline: '10s',
  logger: console,
  log: { level: 'warn' },
  clock: systemClock,
  random: Math.random,
});
createSecrets({ providers: [env()], cache: new SecretCache({ maxEntries: 10 }) });

// An option that is computed may be undefined, and is then left out.
createSecrets({ providers: [env({ name: undefined, match: undefined })], ttl: undefined, logger: undefined, secrets: undefined });

// @ts-expect-error Providers are required.
createSecrets({});
// @ts-expect-error A list of them, not one.
createSecrets({ providers: env() });
// @ts-expect-error A misspelt option would be ignored in silence.
createSecrets({ providers: [], tll: '5m' });
// @ts-expect-error Seconds or milliseconds? A bare number does not say.
createSecrets({ providers: [], ttl: 300 });
// @ts-expect-error There are 'stop' and 'next'.
createSecrets({ providers: [], onUnavailable: { env: 'skip' } });
// @ts-expect-error No such level.
createSecrets({ providers: [], log: { level: 'verbose' } });
// @ts-expect-error Of one secret there are ttl and staleIfError.
createSecrets({ providers: [], secrets: { 'prod/db': { maxEntries: 1 } } });
// @ts-expect-error A provider's options are checked like ours.
env({ prefx: 'MYAPP' });
// @ts-expect-error One pattern is a list of one.
file({ match: 'prod/**' });

expectTypeOf<Duration>().toEqualTypeOf<string | 0>();
expectTypeOf<SecretSettings>().toEqualTypeOf<{ readonly ttl?: Duration | undefined; readonly staleIfError?: Duration | undefined }>();
expectTypeOf<GetOptions['signal']>().toEqualTypeOf<AbortSignal | undefined>();
expectTypeOf<PrefetchOptions['onError']>().extract<string>().toEqualTypeOf<'throw' | 'warn'>();

for (const make of [env, file, awsSecretsManager]) expectTypeOf(make).returns.toEqualTypeOf<Provider>();
expectTypeOf(memory()).toExtend<Provider>();
