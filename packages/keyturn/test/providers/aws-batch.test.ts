import { CreateSecretCommand, DeleteSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createSecrets, isKeyturnError, Secret } from '../../src/index.ts';
import type { ReadResult, SecretRef } from '../../src/index.ts';
import type { AwsSecretsManagerOptions } from '../../src/providers/aws-secrets-manager.ts';
import { FaultProxy } from '../servers/fault-proxy.ts';
import { type Answer, type Asked, awsAnswer, awsError, captivePortal, type HttpAnswerer, startHttpAnswerer } from '../servers/http-answerer.ts';
import { type Moto, startMoto } from '../servers/moto.ts';
import { needs } from '../servers/needs.ts';
import { asAwsAlone, awsProvider as provider, reading, region } from '../support/aws.ts';

const named = (...names: string[]): SecretRef[] => names.map((name) => ({ name }));
/** Values, `absent`, or codes. */
const shown = (results: readonly ReadResult[]) => results.map((each) => (each === undefined ? 'absent' : each instanceof Secret ? each.reveal() : each.code));

asAwsAlone();

describe.skipIf(!needs('moto'))('against moto', () => {
  let moto: Moto;
  let proxy: FaultProxy;
  let admin: SecretsManagerClient;
  const arns = new Map<string, string>();

  beforeAll(async () => {
    moto = await startMoto();
    proxy = await FaultProxy.before(moto.port);
    admin = new SecretsManagerClient({ endpoint: moto.url, region, credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' } });
    for (let index = 0; index < 100; index++) {
      const { ARN } = await admin.send(new CreateSecretCommand({ Name: `many/s${index}`, SecretString: `value ${index}` }));
      arns.set(`many/s${index}`, ARN as string);
    }
  });
  afterAll(async () => {
    admin.destroy();
    await proxy.close();
    await moto.stop();
  });

  const aws = (options: AwsSecretsManagerOptions = {}) => provider({ endpoint: proxy.url, region, ...options });

  test('a hundred secrets come in five calls, each in its place', async () => {
    const refs = named(...Array.from({ length: 100 }, (_, index) => `many/s${99 - index}`));
    // moto ends the connection after every answer, so connections are calls.
    const before = proxy.accepted;
    const results = await aws().getMany!(refs, reading());
    expect(shown(results)).toEqual(Array.from({ length: 100 }, (_, index) => `value ${99 - index}`));
    expect(proxy.accepted - before).toBe(5);
  });

  test('what is absent is absent, names and ARNs mix, and a version is read on its own', async () => {
    const { ARN, VersionId } = await admin.send(new CreateSecretCommand({ Name: 'mixed/a', SecretString: 'a' }));
    await admin.send(new CreateSecretCommand({ Name: 'mixed/bytes', SecretBinary: new Uint8Array([1, 2, 255]) }));
    const refs = [
      ...named('mixed/a', 'mixed/none', ARN as string, 'mixed/bytes'),
      { name: 'mixed/a', version: VersionId as string },
      { name: 'mixed/a', version: 'none' },
    ];
    const [first, none, byArn, bytes, version, noVersion] = await aws().getMany!(refs, reading());
    expect(shown([first, none, byArn, version, noVersion])).toEqual(['a', 'absent', 'a', 'a', 'absent']);
    expect(bytes instanceof Secret && bytes.bytes()).toEqual(new Uint8Array([1, 2, 255]));
    expect(first instanceof Secret && [first.version, first.provider]).toEqual([VersionId, 'aws-secrets-manager']);
  });

  test('a prefetch reads many in one call, and a secret deleted meanwhile is told by its name', async () => {
    await admin.send(new CreateSecretCommand({ Name: 'fetched/a', SecretString: '{"user":"app"}' }));
    await admin.send(new CreateSecretCommand({ Name: 'fetched/gone', SecretString: 'x' }));
    await admin.send(new DeleteSecretCommand({ SecretId: 'fetched/gone' }));
    const secrets = createSecrets({ providers: [aws()] });
    const failures: string[] = [];
    const before = proxy.accepted;
    const [user, gone, other] = await secrets.prefetch(['fetched/a#user', 'fetched/gone', 'many/s1'], {
      onError: ({ code }, ref) => failures.push(`${ref} ${code}`),
    });
    expect([user?.reveal(), gone, other?.reveal()]).toEqual(['app', undefined, 'value 1']);
    expect(failures).toEqual(['fetched/gone SECRET_NOT_FOUND']);
    expect(proxy.accepted - before).toBe(1);
    await secrets.close();
  });

  test('names are listed by prefix, over all pages, without what is deleted', async () => {
    const list = (prefix: string) => aws().list!(prefix, reading());
    expect((await list('many/')).toSorted()).toEqual([...arns.keys()].toSorted());
    expect(await list('many/s99')).toEqual(['many/s99']);
    expect(await list('none/')).toEqual([]);
    expect(await list('!many/')).toEqual([]);
    expect((await list('')).length).toBeGreaterThanOrEqual(100);
    await admin.send(new CreateSecretCommand({ Name: 'listed/gone', SecretString: 'x' }));
    await admin.send(new DeleteSecretCommand({ SecretId: 'listed/gone' }));
    expect(await list('listed/')).toEqual([]);
  });

  test('silence ends with the time, for every one of them, and leaves no connection', async () => {
    await proxy.set({ kind: 'silence' });
    const results = await aws({ timeout: '200ms' }).getMany!(named('many/s1', 'many/s2'), reading());
    await proxy.set({ kind: 'pass' });
    expect(shown(results)).toEqual(['PROVIDER_UNAVAILABLE', 'PROVIDER_UNAVAILABLE']);
    expect(results.map((each) => isKeyturnError(each) && each.message.startsWith(`${each.ref}: `))).toEqual([true, true]);
    await proxy.untilAllClosed();
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
  const operations = () => server.asked.map(operation);
  /** Reads one by one work; a batch is answered with this. */
  const batchIs = (answer: Answer) => {
    server.answer((asked) => {
      if (operation(asked) === 'BatchGetSecretValue') return answer;
      const { SecretId } = JSON.parse(asked.body) as { SecretId: string };
      return awsAnswer({ Name: SecretId, VersionId: 'v1', SecretString: `single ${SecretId}` });
    });
  };
  const value = (name: string, more: object = {}) => ({ Name: name, VersionId: 'v1', VersionStages: ['AWSCURRENT'], SecretString: `batched ${name}`, ...more });

  test('without the right to batch each is read on its own, and a batch is not tried again', async () => {
    batchIs(awsError('AccessDeniedException', 'User is not authorized to perform: secretsmanager:BatchGetSecretValue'));
    const source = aws();
    for (let round = 0; round < 2; round++) expect(shown(await source.getMany!(named('a', 'b'), reading()))).toEqual(['single a', 'single b']);
    expect(operations()).toEqual(['BatchGetSecretValue', ...Array.from({ length: 4 }, () => 'GetSecretValue')]);
  });

  test.each([
    ['a name that AWS refuses', awsError('InvalidParameterException', 'Invalid name.')],
    ['an operation that the endpoint does not know', awsError('UnknownOperationException', '')],
  ])('after %s each is read on its own', async (_, answer) => {
    batchIs(answer);
    expect(shown(await aws().getMany!(named('a', 'b'), reading()))).toEqual(['single a', 'single b']);
  });

  test.each([
    ['throttling', awsError('ThrottlingException', 'Rate exceeded'), 'PROVIDER_UNAVAILABLE'],
    ['a captive portal', captivePortal, 'PROVIDER_UNAVAILABLE'],
    ['an expired session', awsError('ExpiredTokenException', 'expired'), 'AUTHENTICATION'],
  ])('%s is told of each, and no more is asked', async (_, answer, code) => {
    server.answer(answer);
    const results = await aws().getMany!(named('a', 'b', 'c'), reading());
    expect(shown(results)).toEqual([code, code, code]);
    expect(results.map((each) => (isKeyturnError(each) ? each.ref : undefined))).toEqual(['a', 'b', 'c']);
    expect(operations()).toEqual(['BatchGetSecretValue']);
  });

  test('each error is told of its own secret; what was not answered, or not in its current version, is read on its own', async () => {
    batchIs(
      awsAnswer({
        SecretValues: [value('ok'), value('old', { VersionStages: ['AWSPREVIOUS'] }), value('stranger')],
        Errors: [
          { SecretId: 'none', ErrorCode: 'ResourceNotFoundException', Message: 'x' },
          { SecretId: 'denied', ErrorCode: 'AccessDeniedException', Message: 'x' },
          { SecretId: 'key', ErrorCode: 'DecryptionFailure', Message: 'x' },
          { SecretId: 'gone', ErrorCode: 'InvalidRequestException', Message: 'it was marked for deletion.' },
        ],
      }),
    );
    const results = await aws().getMany!(named('ok', 'none', 'denied', 'key', 'gone', 'old', 'unanswered'), reading());
    expect(shown(results)).toEqual(['batched ok', 'absent', 'ACCESS_DENIED', 'ACCESS_DENIED', 'absent', 'single old', 'single unanswered']);
    expect(isKeyturnError(results[2]) && [results[2].ref, results[2].hint]).toEqual([
      'denied',
      'Allow secretsmanager:GetSecretValue on arn:aws:secretsmanager:eu-west-1:*:secret:denied-??????, and kms:Decrypt if the secret has a KMS key of its own.',
    ]);
  });

  test('a secret that a batch answers twice is read on its own', async () => {
    batchIs(awsAnswer({ SecretValues: [value('a', { SecretString: 'the other' }), value('b'), value('a')] }));
    expect(shown(await aws().getMany!(named('a', 'b'), reading()))).toEqual(['single a', 'batched b']);
  });

  test('an ARN without its last characters is found, and one of something else fails alone', async () => {
    const arn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:db';
    batchIs(awsAnswer({ SecretValues: [value('db', { ARN: `${arn}-AbCdEf` }), value('ok')] }));
    expect(shown(await aws().getMany!(named(arn, 'ok', 'arn:aws:s3:::bucket'), reading()))).toEqual(['batched db', 'batched ok', 'INVALID_REFERENCE']);
  });

  test('one alone needs no right to batch', async () => {
    batchIs(awsError('AccessDeniedException', 'no'));
    expect(shown(await aws().getMany!([{ name: 'a' }, { name: 'b', version: 'AWSPREVIOUS' }], reading()))).toEqual(['single a', 'single b']);
    expect(operations()).toEqual(['GetSecretValue', 'GetSecretValue']);
  });

  test('an abort ends all with its reason', async () => {
    const controller = new AbortController();
    server.answer(() => {
      controller.abort(new Error('left'));
      return awsAnswer({ SecretValues: [] });
    });
    await expect(aws().getMany!(named('a', 'b'), reading(controller.signal))).rejects.toThrow('left');
  });

  test('the pages of a list are followed, and a denied list says what to allow', async () => {
    server.answer(({ body }) => {
      const { NextToken } = JSON.parse(body) as { NextToken?: string };
      return awsAnswer(NextToken === 'two' ? { SecretList: [{ Name: 'p/b' }, { Name: 'P/c' }, {}] } : { SecretList: [{ Name: 'p/a' }], NextToken: 'two' });
    });
    expect(await aws().list!('p/', reading())).toEqual(['p/a', 'p/b']);
    server.answer(awsError('AccessDeniedException', 'no'));
    await expect(aws().list!('p/', reading())).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
      hint: expect.stringContaining('secretsmanager:ListSecrets') as string,
    });
  });
});
