/** What docs/from-aws-powertools.md says of AWS Powertools and its blocks do not show. */
import fs from 'node:fs';
import { join } from 'node:path';
import { SecretsProvider } from '@aws-lambda-powertools/parameters/secrets';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { textOf } from './blocks.ts';
import { root } from './workplace.ts';

const reads: string[] = [];
/** What Powertools takes for a client of the AWS SDK. */
const client = {
  config: { serviceId: 'Secrets Manager' },
  middlewareStack: { identify: () => [], addRelativeTo: () => undefined },
  send: ({ input }: { input: { SecretId: string; VersionStage?: string } }) => {
    reads.push(input.SecretId);
    return Promise.resolve({ SecretString: input.VersionStage === 'AWSPREVIOUS' ? 'yesterday' : 'today' });
  },
};
const provider = () => new SecretsProvider({ awsSdkV3Client: client as never });

beforeEach(() => {
  reads.length = 0;
  vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

test('Powertools keeps a value for five seconds of the wall clock', async () => {
  const powertools = provider();
  await powertools.get('db');
  vi.setSystemTime(Date.now() + 4_999);
  await powertools.get('db');
  expect(reads).toHaveLength(1);
  vi.setSystemTime(Date.now() + 2);
  await powertools.get('db');
  expect(reads).toHaveLength(2);
});

test('a wall clock set back prolongs what Powertools keeps', async () => {
  const powertools = provider();
  await powertools.get('db');
  vi.setSystemTime(Date.now() - 3_600_000);
  await powertools.get('db');
  vi.setSystemTime(Date.now() + 3_000_000);
  await powertools.get('db');
  expect(reads).toHaveLength(1);
});

test('nothing bounds how many values Powertools keeps', async () => {
  const powertools = provider();
  const names = Array.from({ length: 20_000 }, (_, index) => `db-${index}`);
  for (const name of names) await powertools.get(name, { maxAge: 60 });
  for (const name of names) await powertools.get(name);
  expect(reads).toHaveLength(20_000);
});

test('with sdkOptions Powertools reads and writes the entry of the plain name', async () => {
  const powertools = provider();
  await powertools.get('db');
  expect(await powertools.get('db', { sdkOptions: { VersionStage: 'AWSPREVIOUS' } })).toBe('today');
  await powertools.get('db', { forceFetch: true, sdkOptions: { VersionStage: 'AWSPREVIOUS' } });
  expect(await powertools.get('db')).toBe('yesterday');
});

test('clearCaches leaves alone a SecretsProvider of your own', async () => {
  const { clearCaches } = await import('@aws-lambda-powertools/parameters');
  const powertools = provider();
  await powertools.get('db');
  clearCaches();
  await powertools.get('db');
  expect(reads).toHaveLength(1);
});

test('Powertools has no getMultiple for secrets', async () => {
  await expect(provider().getMultiple('prod/' as never)).rejects.toThrow('not implemented');
});

test('the page names the version of Powertools that is installed', () => {
  const { version } = JSON.parse(fs.readFileSync(join(root, 'node_modules/@aws-lambda-powertools/parameters/package.json'), 'utf8')) as { version: string };
  expect(textOf('docs/from-aws-powertools.md')).toContain(`with version ${version},`);
});
