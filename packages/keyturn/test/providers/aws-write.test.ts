import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createSecrets } from '../../src/index.ts';
import type { AwsSecretsManagerOptions } from '../../src/providers/aws-secrets-manager.ts';
import { type Asked, awsAnswer, awsError, type HttpAnswerer, startHttpAnswerer } from '../servers/http-answerer.ts';
import { type Moto, startMoto } from '../servers/moto.ts';
import { needs } from '../servers/needs.ts';
import { asAwsAlone, awsProvider as provider, reading, region } from '../support/aws.ts';

asAwsAlone();

describe.skipIf(!needs('moto'))('against moto', () => {
  let moto: Moto;
  let admin: SecretsManagerClient;

  beforeAll(async () => {
    moto = await startMoto();
    admin = new SecretsManagerClient({ endpoint: moto.url, region, credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' } });
  });
  afterAll(async () => {
    admin.destroy();
    await moto.stop();
  });

  const aws = (options: AwsSecretsManagerOptions = {}) => provider({ endpoint: moto.url, region, ...options });
  const create = (name: string, value?: string) => admin.send(new CreateSecretCommand({ Name: name, ...(value !== undefined && { SecretString: value }) }));
  const current = async (name: string) => (await admin.send(new GetSecretValueCommand({ SecretId: name, VersionStage: 'AWSCURRENT' }))).SecretString;
  const labels = async (name: string) => Object.values((await admin.send(new DescribeSecretCommand({ SecretId: name }))).VersionIdsToStages ?? {}).flat();

  /** A client before whose call of `operation` somebody else does something. */
  const raced = (operation: string, other: () => Promise<unknown>) => {
    let isDone = false;
    return aws({
      endpoint: undefined,
      region: undefined,
      client: {
        config: admin.config,
        destroy: () => undefined,
        send: async (command: { constructor: { name: string } }, options: object) => {
          if (!isDone && command.constructor.name === `${operation}Command`) {
            isDone = true;
            await other();
          }
          return admin.send(command as never, options);
        },
      },
    });
  };

  test('a new secret is made, an existing one gets a new version, and the one before stays as AWSPREVIOUS', async () => {
    const source = aws();
    const first = await source.set!({ name: 'w/a' }, 'one', reading());
    expect((await source.get({ name: 'w/a' }, reading()))?.version).toBe(first.version);
    const second = await source.set!({ name: 'w/a' }, 'two', reading());
    const [now, previous] = [await source.get({ name: 'w/a' }, reading()), await source.get({ name: 'w/a', version: 'AWSPREVIOUS' }, reading())];
    expect([now?.reveal(), now?.version, previous?.reveal(), previous?.version]).toEqual(['two', second.version, 'one', first.version]);
    expect((await labels('w/a')).toSorted()).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
  });

  test('bytes are written as bytes', async () => {
    const source = aws();
    await source.set!({ name: 'w/bytes' }, new Uint8Array([0, 255]), reading());
    await source.set!({ name: 'w/bytes' }, new Uint8Array([1, 254]), reading());
    expect((await source.get({ name: 'w/bytes' }, reading()))?.bytes()).toEqual(new Uint8Array([1, 254]));
  });

  test('a field is written into the document that is there, and every other character stays', async () => {
    await create('w/doc', '{ "user": "app",\n  "port": 05432e0, "password": "old" }'.replace('05432e0', '5432.0'));
    const source = aws();
    await source.set!({ name: 'w/doc', field: 'password' }, 'new"', reading());
    expect(await current('w/doc')).toBe('{ "user": "app",\n  "port": 5432.0, "password": "new\\"" }');
    expect(await source.delete!({ name: 'w/doc', field: 'user' }, reading())).toBe(true);
    expect(await source.delete!({ name: 'w/doc', field: 'user' }, reading())).toBe(false);
    expect(await current('w/doc')).not.toContain('user');
    await source.set!({ name: 'w/new', field: 'user' }, 'app', reading());
    expect(await current('w/new')).toBe('{"user":"app"}');
    await expect(source.set!({ name: 'w/doc', field: 'x' }, new Uint8Array(1), reading())).rejects.toMatchObject({ code: 'INVALID_SECRET' });
    await create('w/text', 'no object');
    await expect(source.set!({ name: 'w/text', field: 'x' }, 'y', reading())).rejects.toMatchObject({ code: 'INVALID_SECRET' });
    expect(await current('w/text')).toBe('no object');
  });

  test('what somebody else wrote meanwhile is never written over, and nothing is left of ours', async () => {
    await create('w/race', '{"a":"1"}');
    const other = () => admin.send(new PutSecretValueCommand({ SecretId: 'w/race', SecretString: '{"a":"theirs"}' }));
    for (const operation of ['PutSecretValue', 'UpdateSecretVersionStage']) {
      const source = raced(operation, other);
      await expect(source.set!({ name: 'w/race', field: 'b' }, '2', reading())).rejects.toMatchObject({ code: 'CONFLICT', ref: 'w/race#b' });
      expect(await current('w/race')).toBe('{"a":"theirs"}');
    }
    expect((await labels('w/race')).filter((label) => label.startsWith('keyturn-'))).toEqual([]);
  });

  test('of two who make the same secret one is told', async () => {
    const source = raced('CreateSecret', () => create('w/both', 'theirs'));
    await expect(source.set!({ name: 'w/both' }, 'ours', reading())).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await current('w/both')).toBe('theirs');
  });

  test('a deleted secret is absent at once, and writing to it says how to get it back', async () => {
    await create('w/gone', 'x');
    const source = aws();
    expect(await source.delete!({ name: 'w/gone' }, reading())).toBe(true);
    expect(await source.delete!({ name: 'w/never' }, reading())).toBe(false);
    expect(await source.delete!({ name: 'w/never', field: 'x' }, reading())).toBe(false);
    expect(await source.get({ name: 'w/gone' }, reading())).toBeUndefined();
    await expect(source.set!({ name: 'w/gone' }, 'y', reading())).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('a write through the cache is seen by the next read', async () => {
    await create('w/cached', '{"p":"old"}');
    const secrets = createSecrets({ providers: [aws()] });
    expect((await secrets.get('w/cached#p')).reveal()).toBe('old');
    const { provider: by, version } = await secrets.set('w/cached#p', 'new');
    const read = await secrets.get('w/cached#p');
    expect([by, read.reveal(), read.version]).toEqual(['aws-secrets-manager', 'new', version]);
    await secrets.close();
  });
});

describe('against answers of every kind', () => {
  let server: HttpAnswerer;
  beforeEach(async () => {
    server = await startHttpAnswerer();
  });
  afterEach(async () => {
    await server.close();
  });

  const aws = () => provider({ endpoint: server.url, region });
  const operation = ({ headers }: Asked) => String(headers['x-amz-target']).replace('secretsmanager.', '');

  test('every write carries a token of its own, and a version that is no version is refused before anything is asked', async () => {
    server.answer((asked) => (operation(asked) === 'GetSecretValue' ? awsAnswer({ SecretString: 'old', VersionId: 'v1' }) : awsAnswer({ Name: 'a' })));
    const source = aws();
    await source.set!({ name: 'a' }, 'x', reading());
    await source.set!({ name: 'a' }, 'x', reading());
    const puts = server.asked.filter((asked) => operation(asked) === 'PutSecretValue').map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    expect(new Set(puts.map((each) => each['ClientRequestToken'])).size).toBe(2);
    expect(puts[0]?.['VersionStages']).toEqual([`keyturn-${String(puts[0]?.['ClientRequestToken'])}`]);
    expect(server.asked.map(operation).slice(0, 4)).toEqual(['GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage', 'UpdateSecretVersionStage']);
    const before = server.asked.length;
    await expect(source.set!({ name: 'a', version: 'v1' }, 'x', reading())).rejects.toMatchObject({ code: 'INVALID_REFERENCE' });
    expect(server.asked.length).toBe(before);
  });

  test.each([
    ['', 0],
    ['é'.repeat(32_769), 65_538],
  ])('a value that AWS does not take is refused with its size, not its content', async (value, size) => {
    server.answer(awsAnswer({ SecretString: 'old', VersionId: 'v1' }));
    const error = (await aws().set!({ name: 'a' }, value, reading()).catch((reason: unknown) => reason)) as Error;
    expect(error).toMatchObject({ code: 'INVALID_SECRET' });
    expect(error.message).toContain(`${size} bytes`);
    expect(error.message).not.toContain('é');
    expect(server.asked.map(operation)).toEqual(['GetSecretValue']);
  });

  test('a denied step says what to allow', async () => {
    server.answer((asked) =>
      operation(asked) === 'PutSecretValue' ? awsError('AccessDeniedException', 'no') : awsAnswer({ SecretString: 'old', VersionId: 'v1' }),
    );
    await expect(aws().set!({ name: 'a' }, 'x', reading())).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
      hint: expect.stringContaining('secretsmanager:PutSecretValue on arn:aws:secretsmanager:eu-west-1:*:secret:a-??????') as string,
    });
  });

  test('an outage in the middle changes nothing for readers, and takes its label away', async () => {
    let moves = 0;
    server.answer((asked) => {
      if (operation(asked) !== 'UpdateSecretVersionStage') return awsAnswer({ SecretString: 'old', VersionId: 'v1' });
      return ++moves === 1 ? awsError('InternalServiceError', 'no', 500) : awsAnswer({});
    });
    await expect(aws().set!({ name: 'a' }, 'x', reading())).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
    const last = JSON.parse(server.asked.at(-1)?.body ?? '{}') as Record<string, unknown>;
    expect([last['VersionStage'], last['MoveToVersionId']]).toEqual([expect.stringMatching(/^keyturn-/), undefined]);
  });

  test('a secret that was made without a value gets its first, which AWS makes the current one', async () => {
    server.answer((asked) => {
      const { ClientRequestToken } = JSON.parse(asked.body) as { ClientRequestToken?: string };
      if (operation(asked) === 'GetSecretValue') return awsError('ResourceNotFoundException', 'no value');
      if (operation(asked) === 'CreateSecret') return awsError('ResourceExistsException', 'exists');
      return awsAnswer({ Name: 'a', VersionId: ClientRequestToken, VersionStages: ['AWSCURRENT', `keyturn-${ClientRequestToken}`] });
    });
    expect((await aws().set!({ name: 'a' }, 'first', reading())).version).toMatch(/^[0-9a-f-]{36}$/);
    expect(server.asked.map(operation)).toEqual(['GetSecretValue', 'CreateSecret', 'PutSecretValue', 'UpdateSecretVersionStage']);
    expect(JSON.parse(server.asked[3]!.body)).toMatchObject({ VersionStage: expect.stringMatching(/^keyturn-/) as string });
  });

  test('a secret cannot be made by an ARN', async () => {
    server.answer(awsError('ResourceNotFoundException', 'no'));
    const name = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf';
    await expect(aws().set!({ name }, 'x', reading())).rejects.toMatchObject({ code: 'INVALID_REFERENCE', hint: 'Write to its name.' });
  });
});
