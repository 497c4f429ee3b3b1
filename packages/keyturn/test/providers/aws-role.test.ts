/** Roles and profiles: whose secrets are read, and what happens when the role cannot be had. moto keeps the accounts apart. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { SecretCache } from '../../src/cache/index.ts';
import { createSecrets, isKeyturnError, type KeyturnError } from '../../src/index.ts';
import type { AwsSecretsManagerOptions } from '../../src/providers/aws-secrets-manager.ts';
import { type Answer, captivePortal, type HttpAnswerer, startHttpAnswerer } from '../servers/http-answerer.ts';
import { type Moto, startMoto } from '../servers/moto.ts';
import { needs } from '../servers/needs.ts';
import { asAwsAlone, awsProvider, reading, region } from '../support/aws.ts';

const roleOf = (account: number) => `arn:aws:iam::${String(account).repeat(12)}:role/reader`;

asAwsAlone();

async function failure(read: Promise<unknown>): Promise<KeyturnError> {
  try {
    await read;
  } catch (error) {
    if (isKeyturnError(error)) return error;
    throw error;
  }
  throw new Error('It did not fail.');
}

describe.skipIf(!needs('moto'))('against moto', () => {
  let moto: Moto;

  beforeAll(async () => {
    moto = await startMoto();
    for (const account of [1, 2]) {
      const client = new SecretsManagerClient({
        endpoint: moto.url,
        region,
        credentials: fromTemporaryCredentials({
          params: { RoleArn: roleOf(account) },
          masterCredentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
          clientConfig: { endpoint: moto.url, region },
        }),
      });
      await client.send(new CreateSecretCommand({ Name: 'prod/db', SecretString: `of account ${account}` }));
      client.destroy();
    }
  });
  afterAll(async () => {
    await moto.stop();
  });
  beforeEach(() => {
    vi.stubEnv('AWS_ENDPOINT_URL_STS', moto.url);
  });

  const aws = (options: AwsSecretsManagerOptions = {}) => awsProvider({ endpoint: moto.url, region, ...options });

  test('the role decides in whose account a name is looked up', async () => {
    const values = [aws(), aws({ roleArn: roleOf(1) }), aws({ roleArn: roleOf(2) })].map((each) => each.get({ name: 'prod/db' }, reading()));
    expect((await Promise.all(values)).map((each) => each?.reveal())).toEqual([undefined, 'of account 1', 'of account 2']);
  });

  test('one cache shared by two roles keeps their secrets apart', async () => {
    const cache = new SecretCache();
    const [one, two] = [1, 2].map((account) => createSecrets({ providers: [aws({ roleArn: roleOf(account) })], cache })) as [
      ReturnType<typeof createSecrets>,
      ReturnType<typeof createSecrets>,
    ];
    for (let round = 0; round < 2; round++) {
      expect((await one.get('prod/db')).reveal()).toBe('of account 1');
      expect((await two.get('prod/db')).reveal()).toBe('of account 2');
    }
    expect(cache.stats().entries).toBe(2);
    await one.close();
    await two.close();
  });

  describe('with profiles', () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'keyturn-aws-'));
      vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
      vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
      vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'credentials'));
      await writeFile(join(folder, 'credentials'), '[base]\naws_access_key_id = testing\naws_secret_access_key = testing\n');
      await writeFile(
        join(folder, 'config'),
        `[profile base]\nregion = ${region}\n[profile one]\nregion = ${region}\nrole_arn = ${roleOf(1)}\nsource_profile = base\n`,
      );
    });
    afterEach(async () => {
      await rm(folder, { recursive: true });
    });

    test('a profile that assumes a role does, without another package', async () => {
      const provider = awsProvider({ endpoint: moto.url, profile: 'one' });
      expect((await provider.get({ name: 'prod/db' }, reading()))?.reveal()).toBe('of account 1');
    });

    test('a role is assumed with the credentials of the profile', async () => {
      const provider = awsProvider({ endpoint: moto.url, profile: 'base', roleArn: roleOf(2) });
      expect((await provider.get({ name: 'prod/db' }, reading()))?.reveal()).toBe('of account 2');
      const error = await failure(awsProvider({ endpoint: moto.url, region, roleArn: roleOf(2) }).get({ name: 'prod/db' }, reading()));
      expect([error.code, error.hint]).toEqual(['AUTHENTICATION', expect.stringContaining('AWS_PROFILE')]);
    });
  });
});

describe('when the role cannot be had', () => {
  let sts: HttpAnswerer;
  let secretsManager: HttpAnswerer;

  beforeEach(async () => {
    sts = await startHttpAnswerer();
    secretsManager = await startHttpAnswerer();
    vi.stubEnv('AWS_ENDPOINT_URL_STS', sts.url);
  });
  afterEach(async () => {
    await sts.close();
    await secretsManager.close();
  });

  const stsError = (code: string): Answer => ({
    status: 403,
    headers: { 'content-type': 'text/xml' },
    body: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>User is not authorized: canary-7f3a</Message></Error></ErrorResponse>`,
  });

  test.each([
    ['a refusal to assume it is our own login', stsError('AccessDenied'), 'AUTHENTICATION', 'may not assume the role'],
    ['refused base credentials are our own login', stsError('ExpiredToken'), 'AUTHENTICATION', 'does not accept our AWS credentials'],
    ['throttling is an outage', stsError('Throttling'), 'PROVIDER_UNAVAILABLE', 'the source of our AWS credentials does not answer'],
    ['a captive portal is an outage', captivePortal, 'PROVIDER_UNAVAILABLE', 'the source of our AWS credentials does not answer'],
  ])('%s, no verdict on the secret, and asks for none', async (_, answer, code, said) => {
    sts.answer(answer);
    const provider = awsProvider({ endpoint: secretsManager.url, region, roleArn: roleOf(1) });
    const error = await failure(provider.get({ name: 'prod/db' }, reading()));
    expect([error.code, error.message]).toEqual([code, expect.stringContaining(said)]);
    expect(`${error.message}${error.hint}${error.stack}`).not.toContain('canary-7f3a');
    expect([sts.asked.length, secretsManager.asked.length]).toEqual([1, 0]);
    expect(sts.asked[0]?.body).toContain('RoleSessionName=keyturn');
  });

  test('a network that is down is an outage', async () => {
    await sts.close();
    const provider = awsProvider({ endpoint: secretsManager.url, region, roleArn: roleOf(1) });
    expect((await failure(provider.get({ name: 'prod/db' }, reading()))).code).toBe('PROVIDER_UNAVAILABLE');
    sts = await startHttpAnswerer();
  });

  test('nothing is left open after close', async () => {
    sts.answer(stsError('AccessDenied'));
    const provider = awsProvider({ endpoint: secretsManager.url, region, roleArn: roleOf(1) });
    await failure(provider.get({ name: 'prod/db' }, reading()));
    await provider.close!();
    await vi.waitFor(() => {
      expect(sts.open()).toBe(0);
    });
  });
});

test.each([
  ['reader', 'aws-secrets-manager.roleArn is no ARN of a role.'],
  ['arn:aws:iam::123456789012:user/reader', 'aws-secrets-manager.roleArn is no ARN of a role.'],
  [7, 'aws-secrets-manager.roleArn is no ARN of a role.'],
])('%j is no role', (roleArn, message) => {
  expect(() => awsProvider({ roleArn: roleArn as string })).toThrow(message);
});

test('a role goes with no client of your own', () => {
  const client = new SecretsManagerClient({ region });
  expect(() => awsProvider({ client, roleArn: roleOf(1) })).toThrow('aws-secrets-manager.roleArn goes with no client of your own.');
  client.destroy();
});

test('two roles are two places', () => {
  const identities = [{}, { roleArn: roleOf(1) }, { roleArn: roleOf(2) }].map((options) => awsProvider({ region, ...options }).identity);
  expect(new Set(identities).size).toBe(3);
});
