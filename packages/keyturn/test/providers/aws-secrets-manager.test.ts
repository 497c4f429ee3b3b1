import { randomBytes } from 'node:crypto';
import { execFile } from 'node:child_process';
import { inspect, promisify } from 'node:util';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { KeyturnError } from '../../src/core/errors.ts';
import { AwsClients } from '../../src/providers/aws-clients.ts';
import { awsSecretsManager, type AwsSecretsManagerOptions } from '../../src/providers/aws-secrets-manager.ts';
import { FaultProxy } from '../servers/fault-proxy.ts';
import { awsAnswer, awsError, captivePortal, type HttpAnswerer, startHttpAnswerer } from '../servers/http-answerer.ts';
import { type Moto, motoIsNotAws, startMoto } from '../servers/moto.ts';
import { needs } from '../servers/needs.ts';
import { asAwsAlone, awsProvider as provider, reading, region } from '../support/aws.ts';

const canary = 'canary-5up3r-v4lue';

/** The error a call ends with; everything it can show is searched for the canary. */
async function failure(call: Promise<unknown>): Promise<KeyturnError> {
  const error = await call.then(
    () => expect.fail('it did not fail'),
    (reason: unknown) => reason as KeyturnError,
  );
  const shown = [
    error.message,
    error.stack,
    error.hint,
    String(error),
    inspect(error, { depth: 20, showHidden: true }),
    JSON.stringify(error),
    JSON.stringify(Object.getOwnPropertyDescriptors(error)),
  ];
  expect(shown.join('\n')).not.toContain(canary);
  expect(error).not.toHaveProperty('cause');
  expect(error).not.toHaveProperty('$metadata');
  return error;
}

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
  const create = (name: string, value: string | Uint8Array) =>
    admin.send(new CreateSecretCommand({ Name: name, ...(typeof value === 'string' ? { SecretString: value } : { SecretBinary: value }) }));

  test('a secret is read by its name, with the version that AWS gave it', async () => {
    const { VersionId } = await create('by/name', '{"user":"app","password":"012345"}');
    const secret = await aws().get({ name: 'by/name' }, reading());
    expect(secret?.reveal()).toBe('{"user":"app","password":"012345"}');
    expect(secret?.field('password').reveal()).toBe('012345');
    expect(secret?.version).toBe(VersionId);
    expect(secret?.provider).toBe('aws-secrets-manager');
  });

  test('a secret is read by its full ARN, and in the region that the ARN names', async () => {
    const { ARN } = await create('by/arn', 'by-arn-value');
    const ref = { name: ARN as string };
    expect((await aws().get(ref, reading()))?.reveal()).toBe('by-arn-value');
    expect((await aws({ region: 'us-east-1' }).get(ref, reading()))?.reveal()).toBe('by-arn-value');
    expect((await aws({ region: undefined }).get(ref, reading()))?.reveal()).toBe('by-arn-value');
    expect(await aws({ region: 'us-east-1' }).get({ name: 'by/arn' }, reading())).toBeUndefined();
  });

  test('AWS_REGION decides before AWS_DEFAULT_REGION, and an option before both', async () => {
    await create('by/region', 'here');
    const found = async (first: string, second: string, own?: string) => {
      vi.stubEnv('AWS_REGION', first);
      vi.stubEnv('AWS_DEFAULT_REGION', second);
      return (await aws({ region: own }).get({ name: 'by/region' }, reading())) !== undefined;
    };
    expect(await found(region, 'us-east-1')).toBe(true);
    expect(await found('us-east-1', region)).toBe(false);
    expect(await found('', region)).toBe(true);
    expect(await found('us-east-1', 'us-east-1', region)).toBe(true);
  });

  test('an earlier version is read by its id or as AWSPREVIOUS', async () => {
    const { VersionId: first } = await create('with/versions', 'old');
    const { VersionId: second } = await admin.send(new PutSecretValueCommand({ SecretId: 'with/versions', SecretString: 'new' }));
    const read = async (version?: string) => {
      const secret = await aws().get({ name: 'with/versions', ...(version !== undefined && { version }) }, reading());
      return [secret?.reveal(), secret?.version];
    };
    expect(await read()).toEqual(['new', second]);
    expect(await read('AWSCURRENT')).toEqual(['new', second]);
    expect(await read('AWSPREVIOUS')).toEqual(['old', first]);
    expect(await read(first)).toEqual(['old', first]);
  });

  test('after a rotation that moves AWSCURRENT by hand, the current version is read', async () => {
    const { VersionId: old } = await create('moved', 'old');
    const { VersionId: pending } = await admin.send(new PutSecretValueCommand({ SecretId: 'moved', SecretString: 'new', VersionStages: ['AWSPENDING'] }));
    await admin.send(
      new UpdateSecretVersionStageCommand({ SecretId: 'moved', VersionStage: 'AWSCURRENT', MoveToVersionId: pending, RemoveFromVersionId: old }),
    );
    expect((await aws().get({ name: 'moved' }, reading()))?.reveal()).toBe('new');
  });

  test('text comes back character for character', async () => {
    for (const text of ['x', ' \t\r\n', '{"a":1.10}', 'null', 'ä€😀\u0000\u2028', '"quoted"', 'x'.repeat(65_536)]) {
      const name = `text/${randomBytes(6).toString('hex')}`;
      await create(name, text);
      expect((await aws().get({ name }, reading()))?.reveal()).toBe(text);
    }
  });

  test('binary comes back byte for byte, and is no text', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    await create('binary', bytes);
    const secret = await aws().get({ name: 'binary' }, reading());
    expect(secret?.bytes()).toEqual(bytes);
    expect(() => secret?.reveal()).toThrow('is not UTF-8');
  });

  test('what is not there is undefined: the secret, the version id, the staging label', async () => {
    await create('there', 'value');
    expect(await aws().get({ name: 'not/there' }, reading())).toBeUndefined();
    expect(await aws().get({ name: 'there', version: 'AWSPREVIOUS' }, reading())).toBeUndefined();
    expect(await aws().get({ name: 'there', version: '11111111-2222-4333-8444-555555555555' }, reading())).toBeUndefined();
  });

  test('a secret that is marked for deletion is gone, and so is one that was deleted', async () => {
    await create('marked', canary);
    await create('deleted', canary);
    await admin.send(new DeleteSecretCommand({ SecretId: 'marked', RecoveryWindowInDays: 7 }));
    await admin.send(new DeleteSecretCommand({ SecretId: 'deleted', ForceDeleteWithoutRecovery: true }));
    expect(await aws().get({ name: 'marked' }, reading())).toBeUndefined();
    expect(await aws().get({ name: 'deleted' }, reading())).toBeUndefined();
  });

  test('one document answers for many secrets', async () => {
    await create('app', '{"prod/db":"s3cret","port":5432}');
    const aws2 = aws({ bundle: 'app' });
    expect((await aws2.get({ name: 'prod/db' }, reading()))?.reveal()).toBe('s3cret');
    expect((await aws2.get({ name: 'port' }, reading()))?.reveal()).toBe('5432');
    expect(await aws2.get({ name: 'app' }, reading())).toBeUndefined();
  });

  test('a client of your own is used as it is, and never closed', async () => {
    await create('own/client', 'value');
    const client = new SecretsManagerClient({ endpoint: moto.url, region });
    const destroy = vi.spyOn(client, 'destroy');
    const aws2 = provider({ client });
    expect((await aws2.get({ name: 'own/client' }, reading()))?.reveal()).toBe('value');
    await aws2.close?.();
    expect(destroy).not.toHaveBeenCalled();
    client.destroy();
  });

  test('a service that is there passes the check, and one that is not does not', async () => {
    await aws().check?.(reading());
    expect(await failure(aws({ endpoint: 'http://127.0.0.1:9' }).check!(reading()))).toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
  });

  describe('behind a network with faults', () => {
    let proxy: FaultProxy;
    const through = (options: AwsSecretsManagerOptions = {}) => provider({ endpoint: proxy.url, region, ...options });

    beforeAll(async () => {
      await create('far', `${canary} ${'x'.repeat(2_000)}`);
    });
    beforeEach(async () => {
      proxy = await FaultProxy.before(moto.port);
    });
    afterEach(async () => {
      await proxy.close();
    });

    test('a slow answer arrives', async () => {
      await proxy.set({ kind: 'latency', ms: 100 });
      expect((await through().get({ name: 'far' }, reading()))?.reveal()).toContain(canary);
    });

    test('a server that never answers is given up after the timeout, and its connection closed', async () => {
      await proxy.set({ kind: 'silence' });
      const startedAt = performance.now();
      const error = await failure(through({ timeout: '300ms' }).get({ name: 'far' }, reading()));
      expect(error.code).toBe('PROVIDER_UNAVAILABLE');
      expect(performance.now() - startedAt).toBeLessThan(2_000);
      expect(proxy.accepted).toBe(1);
      await proxy.untilAllClosed();
    });

    test('a server that never answers is given up when the caller leaves, with the caller’s reason, and its connection closed', async () => {
      await proxy.set({ kind: 'silence' });
      const caller = new AbortController();
      const read = through({ timeout: 'none' }).get({ name: 'far' }, reading(caller.signal));
      const reason = new Error('left');
      setTimeout(() => caller.abort(reason), 200);
      await expect(read).rejects.toBe(reason);
      expect(proxy.accepted).toBe(1);
      await proxy.untilAllClosed();
    });

    test('a server that goes silent in the middle of its answer is given up too', async () => {
      await proxy.set({ kind: 'half', bytes: 300, afterwards: 'silence' });
      const error = await failure(through({ timeout: '300ms' }).get({ name: 'far' }, reading()));
      expect(error.code).toBe('PROVIDER_UNAVAILABLE');
      await proxy.untilAllClosed();
    });

    test('a read whose deadline has passed asks nobody for long', async () => {
      await proxy.set({ kind: 'silence' });
      const error = await failure(
        through({ timeout: 'none' }).get({ name: 'far' }, { signal: new AbortController().signal, deadline: performance.now() + 200 }),
      );
      expect(error.code).toBe('PROVIDER_UNAVAILABLE');
      await proxy.untilAllClosed();
    });

    test('a given-up read leaves no timer behind', async () => {
      await proxy.set({ kind: 'silence' });
      const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
      const before = timers();
      await failure(through({ timeout: '100ms' }).get({ name: 'far' }, reading()));
      await proxy.untilAllClosed();
      expect(timers()).toBeLessThanOrEqual(before);
    });

    test('a read that was answered leaves no timer behind either', async () => {
      const aws2 = through();
      await aws2.get({ name: 'far' }, reading());
      const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
      const before = timers();
      for (let i = 0; i < 5; i++) await aws2.get({ name: 'far' }, reading());
      expect(timers()).toBeLessThanOrEqual(before + 1);
    });

    test.each([
      ['reset', { kind: 'reset' }],
      ['cut short', { kind: 'half', bytes: 300, afterwards: 'close' }],
      ['refused', { kind: 'refuse' }],
    ] as const)('a connection that is %s makes the provider unavailable, and the next read works', async (_, fault) => {
      const aws2 = through();
      await proxy.set(fault);
      expect((await failure(aws2.get({ name: 'far' }, reading()))).code).toBe('PROVIDER_UNAVAILABLE');
      await proxy.set({ kind: 'pass' });
      expect((await aws2.get({ name: 'far' }, reading()))?.reveal()).toContain(canary);
    });
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

  const aws = (options: AwsSecretsManagerOptions = {}) => provider({ endpoint: server.url, region, ...options });
  const good = awsAnswer({ ARN: 'arn', Name: 'prod/db', VersionId: 'v1', SecretString: 'value' });
  const goodForAll = awsAnswer({ VersionId: 'v1', SecretString: 'value' });

  test.each([
    ['AccessDeniedException', 'ACCESS_DENIED'],
    ['DecryptionFailure', 'ACCESS_DENIED'],
    ['ExpiredTokenException', 'AUTHENTICATION'],
    ['UnrecognizedClientException', 'AUTHENTICATION'],
    ['InvalidSignatureException', 'AUTHENTICATION'],
    ['IncompleteSignature', 'AUTHENTICATION'],
    ['OptInRequired', 'AUTHENTICATION'],
    ['ThrottlingException', 'PROVIDER_UNAVAILABLE'],
    ['InternalServiceError', 'PROVIDER_UNAVAILABLE'],
    ['InternalFailure', 'PROVIDER_UNAVAILABLE'],
    ['ServiceUnavailable', 'PROVIDER_UNAVAILABLE'],
    ['RequestTimeTooSkewed', 'PROVIDER_UNAVAILABLE'],
    ['ValidationException', 'INVALID_REFERENCE'],
    ['InvalidParameterException', 'INVALID_REFERENCE'],
    ['InvalidRequestException', 'INVALID_SECRET'],
    ['SomethingNewException', 'INVALID_SECRET'],
    [canary, 'INVALID_SECRET'],
    ['constructor', 'INVALID_SECRET'],
  ])('%s is %s, whatever the status, with nothing of what AWS wrote', async (type, code) => {
    for (const status of [400, 403, 404]) {
      server.answer(awsError(type, `about ${canary}`, status));
      const error = await failure(aws().get({ name: 'prod/db' }, reading()));
      expect(error).toMatchObject({ code, ref: 'prod/db', provider: 'aws-secrets-manager' });
      expect(error.message).toContain('prod/db');
      expect(error.hint).toBeTruthy();
    }
  });

  test('a refusal names what IAM must allow', async () => {
    server.answer(awsError('AccessDeniedException', 'no'));
    expect((await failure(aws().get({ name: 'prod/db' }, reading()))).hint).toContain(
      'secretsmanager:GetSecretValue on arn:aws:secretsmanager:eu-west-1:*:secret:prod/db-??????',
    );
  });

  test.each([
    ['not found', awsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.")],
    ['no such label', awsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT")],
    ['marked for deletion', awsError('InvalidRequestException', "You can't perform this operation on the secret because it was marked for deletion.")],
    ['scheduled for deletion', awsError('InvalidRequestException', 'You tried to perform the operation on a secret that is currently scheduled for deletion.')],
    ['marked deleted', awsError('InvalidRequestException', "You tried to perform the operation on a secret that's currently marked deleted.")],
  ])('%s is absent', async (_, answer) => {
    server.answer(answer);
    expect(await aws().get({ name: 'prod/db' }, reading())).toBeUndefined();
  });

  test.each([
    ['a captive portal’s page with 403', captivePortal],
    ['a page with 200', { ...captivePortal, status: 200 }],
    ['XML with 403', { status: 403, headers: { 'content-type': 'text/xml' }, body: `<Error><Code>AccessDenied</Code><Message>${canary}</Message></Error>` }],
    ['half a JSON text', { status: 200, body: `{"SecretString":"${canary}` }],
    ['an empty 403', { status: 403, body: '' }],
    ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' }],
    ['a nameless 502', { status: 502, body: '{}' }],
    ['a gateway’s 429', { status: 429, body: '{"message":"slow down"}' }],
  ])('%s is no verdict on the secret: the provider is unavailable', async (_, answer) => {
    server.answer(answer);
    expect((await failure(aws().get({ name: 'prod/db' }, reading()))).code).toBe('PROVIDER_UNAVAILABLE');
  });

  test('an answer without a value, or with one that is no text, is invalid', async () => {
    for (const content of [null, {}, { Name: 'prod/db', VersionId: 'v1' }, { SecretString: 5 }, { SecretString: null, SecretBinary: null }]) {
      server.answer(awsAnswer(content));
      expect((await failure(aws().get({ name: 'prod/db' }, reading()))).code).toBe('INVALID_SECRET');
    }
  });

  const whole = JSON.stringify({ Name: 'prod/db', VersionId: 'v1', SecretString: 'value' });
  const withMember = (member: string) => `{${member},${whole.slice(1)}`;
  test.each([
    ['a byte that is not UTF-8', Buffer.from(whole.replace('value', 'v\u00e4lue'), 'latin1')],
    ['the value twice', withMember(`"SecretString":"${canary}"`)],
    ['the value twice, once under an escaped key', withMember(`"Secret\\u0053tring":"${canary}"`)],
    ['65 levels beside the value', withMember(`"more":${'['.repeat(65)}${']'.repeat(65)}`)],
    ['over a hundred thousand parts beside the value', withMember(`"more":[${'0,'.repeat(100_000)}0]`)],
  ])('an answer with %s is no verdict on the secret, and no value is taken from it', async (_, body) => {
    server.answer({ ...good, body });
    const error = await failure(aws().get({ name: 'prod/db' }, reading()));
    expect(error).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', ref: 'prod/db', provider: 'aws-secrets-manager' });
    expect(error.message).toContain('no whole JSON text');
  });

  test('an answer that is about another secret is not believed', async () => {
    const arn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf';
    for (const [name, about] of [
      ['prod/db', { Name: 'prod/db2' }],
      ['prod/db', { Name: 'PROD/DB', ARN: arn }],
      ['prod/db', { ARN: arn }],
      [arn, { Name: 'prod/db', ARN: `${arn.slice(0, -1)}g` }],
      [arn, { Name: 'other' }],
    ] as const) {
      server.answer(awsAnswer({ ...about, VersionId: 'v1', SecretString: canary }));
      expect(await failure(aws().get({ name }, reading()))).toMatchObject({
        code: 'INVALID_SECRET',
        message: expect.stringContaining('another secret') as string,
      });
    }
    for (const name of [arn, arn.slice(0, -7), 'prod/db']) {
      server.answer(awsAnswer({ Name: 'prod/db', ARN: arn, VersionId: 'v1', SecretString: 'value' }));
      expect((await aws().get({ name }, reading()))?.reveal()).toBe('value');
    }
  });

  test.each([
    ['a text for its entries', () => ({ SecretList: 'text' })],
    ['a number for its entries', () => ({ SecretList: 5 })],
    ['more entries than AWS gives', () => ({ SecretList: Array.from({ length: 101 }, () => ({ Name: 'prod/db' })) })],
    ['the same token again', () => ({ SecretList: [{ Name: 'prod/db' }], NextToken: 'again' })],
  ])('a list with %s is refused', async (_, page) => {
    server.answer(awsAnswer(page()));
    const error = await failure(aws().list!('prod/', reading()));
    expect(error).toMatchObject({ code: 'INVALID_SECRET', message: expect.stringContaining('answered a list') as string });
    expect(server.asked.length).toBeLessThanOrEqual(2);
  });

  test('a list that brings ever more names does not fill the memory', async () => {
    let pages = 0;
    server.answer(() =>
      awsAnswer({ SecretList: Array.from({ length: 100 }, (_, index) => ({ Name: `prod/${index}${'x'.repeat(9_000)}` })), NextToken: String(pages++) }),
    );
    expect((await failure(aws().list!('prod/', reading()))).message).toContain('without an end');
    expect(pages).toBeLessThan(50);
  });

  test('entries of a list that have no name are passed over', async () => {
    server.answer(awsAnswer({ SecretList: [null, {}, { Name: 5 }, { Name: 'prod/db' }] }));
    expect(await aws().list!('prod/', reading())).toEqual(['prod/db']);
  });

  test('an answer over 1 MiB is not read to its end', async () => {
    server.answer(awsAnswer({ SecretString: canary.repeat(60_000) }));
    const error = await failure(aws().get({ name: 'prod/db' }, reading()));
    expect(error.code).toBe('INVALID_SECRET');
    expect(error.message).toContain('1 MiB');
  });

  test('a failing call is made once: retries are made elsewhere', async () => {
    vi.stubEnv('AWS_MAX_ATTEMPTS', '5');
    vi.stubEnv('AWS_RETRY_MODE', 'adaptive');
    server.answer(awsError('ThrottlingException', 'Rate exceeded'));
    await failure(aws().get({ name: 'prod/db' }, reading()));
    expect(server.asked).toHaveLength(1);
  });

  test('reads share one connection, and many first reads one client', async () => {
    server.answer(good);
    const aws2 = aws();
    for (let i = 0; i < 3; i++) await aws2.get({ name: 'prod/db' }, reading());
    expect(server.connections()).toBe(1);
    const aws3 = aws();
    await Promise.all(Array.from({ length: 5 }, () => aws3.get({ name: 'prod/db' }, reading())));
    await aws3.get({ name: 'prod/db' }, reading());
    expect(server.connections()).toBeLessThanOrEqual(6);
  });

  test('the version goes as an id or as a stage, and the stage is always said', async () => {
    server.answer(good);
    const id = 'A1B2C3D4-0000-4000-8000-00000000000f';
    for (const version of [undefined, 'AWSPREVIOUS', id]) await aws().get({ name: 'prod/db', ...(version !== undefined && { version }) }, reading());
    expect(server.asked.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      { SecretId: 'prod/db', VersionStage: 'AWSCURRENT' },
      { SecretId: 'prod/db', VersionStage: 'AWSPREVIOUS' },
      { SecretId: 'prod/db', VersionId: id },
    ]);
  });

  test('an ARN is signed for its own region; a region that is no region is refused before anything is sent', async () => {
    server.answer(goodForAll);
    await aws({ region: 'us-east-1' }).get({ name: 'arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:prod/db-AbCdEf' }, reading());
    expect(server.asked[0]?.headers.authorization).toContain('/ap-southeast-2/secretsmanager/');
    for (const name of ['arn:aws:secretsmanager:evil.example.com:123456789012:secret:x', 'arn:aws:ssm:eu-west-1:123456789012:parameter/x', 'arn:x']) {
      expect((await failure(aws().get({ name }, reading()))).code).toBe('INVALID_REFERENCE');
    }
    expect(server.asked).toHaveLength(1);
  });

  test('ever new regions in ARNs do not hold ever more connections, and close ends those that are left', async () => {
    server.answer(goodForAll);
    const aws2 = aws();
    for (let i = 0; i < 40; i++) await aws2.get({ name: `arn:aws:secretsmanager:aa-bb-${i}:123456789012:secret:x-AbCdEf` }, reading());
    expect(server.connections()).toBe(40);
    await vi.waitFor(() => expect(server.open()).toBeLessThanOrEqual(16));
    await aws2.close?.();
    await vi.waitFor(() => expect(server.open()).toBe(0));
  });

  test('missing credentials are an authentication error, and a read after they were set works', async () => {
    server.answer(good);
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
    const aws2 = aws();
    expect(await failure(aws2.get({ name: 'prod/db' }, reading()))).toMatchObject({ code: 'AUTHENTICATION' });
    expect(server.asked).toHaveLength(0);
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'testing');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'testing');
    expect((await aws2.get({ name: 'prod/db' }, reading()))?.reveal()).toBe('value');
  });

  test('credentials that come over a network which is down make the provider unavailable', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', undefined);
    vi.stubEnv('AWS_EC2_METADATA_SERVICE_ENDPOINT', 'http://127.0.0.1:9');
    expect((await failure(aws().get({ name: 'prod/db' }, reading()))).code).toBe('PROVIDER_UNAVAILABLE');
  });

  test('a credentials file that was renewed after a refusal is read again', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'keyturn-aws-'));
    const file = join(folder, 'credentials');
    const write = (key: string) => writeFile(file, `[work]\naws_access_key_id = ${key}\naws_secret_access_key = ${canary}\n`);
    try {
      vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
      vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', file);
      await write('OLD');
      server.answer(({ headers }) => (headers.authorization?.includes('Credential=NEW/') ? good : awsError('ExpiredTokenException', 'expired')));
      const aws2 = aws({ profile: 'work' });
      expect((await failure(aws2.get({ name: 'prod/db' }, reading()))).code).toBe('AUTHENTICATION');
      await write('NEW');
      expect((await aws2.get({ name: 'prod/db' }, reading()))?.reveal()).toBe('value');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('a denial passes the check: AWS is there and knows us', async () => {
    server.answer(awsError('AccessDeniedException', 'no'));
    await aws().check?.(reading());
    server.answer(awsError('ExpiredTokenException', 'no'));
    expect((await failure(aws().check!(reading()))).code).toBe('AUTHENTICATION');
  });

  test('after close nothing is read', async () => {
    server.answer(good);
    const aws2 = aws();
    await aws2.get({ name: 'prod/db' }, reading());
    await aws2.close?.();
    expect((await failure(aws2.get({ name: 'prod/db' }, reading()))).code).toBe('CLOSED');
  });

  test('a read whose caller has left already sends nothing', async () => {
    await expect(aws().get({ name: 'prod/db' }, reading(AbortSignal.abort(new Error('left'))))).rejects.toThrow('left');
    expect(server.connections()).toBe(0);
  });
});

describe('settings', () => {
  test.each([
    ['http://example.com', 'plain http'],
    ['http://169.254.169.254', 'link-local'],
    ['https://169.254.170.2/', 'link-local'],
    ['http://0xa9fea9fe', 'link-local'],
    ['http://[::ffff:169.254.169.254]', 'link-local'],
    ['https://[fd00:ec2::254]', 'link-local'],
    ['https://metadata.google.internal', 'link-local'],
    [`https://user:${canary}@example.com`, 'user or a password'],
    ['ftp://example.com', 'no http'],
    ['example.com', 'no http'],
  ])('the endpoint %s is refused', async (endpoint, what) => {
    const error = await failure((async () => provider({ region, endpoint }))());
    expect(error.code).toBe('CONFIGURATION');
    expect(error.message).toContain(what);
  });

  test('https anywhere and plain http to this machine are accepted', () => {
    for (const endpoint of ['https://vpce-1.secretsmanager.eu-west-1.vpce.amazonaws.com', 'http://localhost:4566', 'http://127.0.0.1:1', 'http://[::1]:1'])
      expect(provider({ region, endpoint }).name).toBe('aws-secrets-manager');
  });

  test('an endpoint from the environment is held to the same rule', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://192.0.2.1:1');
    expect(await failure(provider({ region }).get({ name: 'x' }, reading()))).toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringContaining('plain http') as string,
    });
  });

  test('a misspelt option, a wrong region, a bare number and a client beside an endpoint are refused', () => {
    expect(() => awsSecretsManager({ regoin: 'x' } as never)).toThrow('unknown option "regoin"');
    expect(() => awsSecretsManager({ region: 'eu-west-1.evil.com' })).toThrow('no AWS region');
    expect(() => awsSecretsManager({ timeout: 3 as never })).toThrow(`could be '3s' or '3ms'`);
    expect(() => awsSecretsManager({ match: [] })).toThrow('match');
    const client = new SecretsManagerClient({ region });
    expect(() => awsSecretsManager({ client, endpoint: 'http://localhost' })).toThrow('client of your own');
    expect(() => awsSecretsManager({ bundle: '' })).toThrow('bundle');
  });

  test('no region at all is a configuration error that says where to set one', async () => {
    const error = await failure(provider({}).get({ name: 'x' }, reading()));
    expect(error.code).toBe('CONFIGURATION');
    expect(error.hint).toContain('AWS_REGION');
  });

  test('two places never share an identity', () => {
    vi.stubEnv('AWS_REGION', 'eu-west-1');
    const client = new SecretsManagerClient({ region });
    const identities = [
      {},
      { region: 'us-east-1' },
      { profile: 'a' },
      { profile: 'b' },
      { endpoint: 'http://localhost:1' },
      { bundle: 'a' },
      { bundle: 'b' },
      { client },
      { client: new SecretsManagerClient({ region }) },
    ].map((options) => awsSecretsManager(options).identity);
    expect(new Set(identities).size).toBe(identities.length);
    expect(awsSecretsManager({ client }).identity).toBe(awsSecretsManager({ client }).identity);
    expect(awsSecretsManager({ region: 'eu-west-1' }).identity).toBe(awsSecretsManager({}).identity);
  });
});

test('many first reads make one client, and a client that could not be made is tried again', async () => {
  const client = { send: () => Promise.resolve(), destroy: vi.fn<() => void>(), config: {} };
  const make = vi.fn<() => Promise<typeof client>>().mockRejectedValueOnce(new Error('no')).mockResolvedValue(client);
  const clients = new AwsClients('aws', make);
  await expect(clients.use(region, () => Promise.resolve(1))).rejects.toThrow('no');
  expect(await Promise.all([1, 2, 3].map((n) => clients.use(region, () => Promise.resolve(n))))).toEqual([1, 2, 3]);
  expect(make).toHaveBeenCalledTimes(2);
  await clients.close();
  expect(client.destroy).toHaveBeenCalledTimes(1);
});

test('a client in use is not ended to make room for other regions', async () => {
  const ended: (string | undefined)[] = [];
  const clients = new AwsClients('aws', (name) => Promise.resolve({ send: () => Promise.resolve(), destroy: () => ended.push(name), config: {} }));
  const { promise, resolve } = Promise.withResolvers<void>();
  const busy = clients.use('busy', () => promise);
  for (let i = 0; i < 30; i++) await clients.use(`idle-${i}`, () => Promise.resolve());
  expect(ended).toHaveLength(15);
  expect(ended).not.toContain('busy');
  resolve();
  await busy;
});

test('without the SDK the first read says how to install it, and what was needed only then is not asked for before', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-bare-'));
  try {
    const source = join(import.meta.dirname, '../../src');
    await cp(join(source, 'core'), join(folder, 'core'), { recursive: true });
    await cp(join(source, 'providers'), join(folder, 'providers'), { recursive: true });
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    await writeFile(
      join(folder, 'main.ts'),
      `import { awsSecretsManager } from './providers/aws-secrets-manager.ts';
       const provider = awsSecretsManager({ region: 'eu-west-1' });
       const { code, hint } = await provider.get({ name: 'x' }, { signal: new AbortController().signal, deadline: Infinity }).catch((error) => error);
       console.log(JSON.stringify({ code, hint }));`,
    );
    const { stdout } = await promisify(execFile)(process.execPath, ['main.ts'], { cwd: folder, env: { PATH: process.env['PATH'] } });
    expect(JSON.parse(stdout)).toEqual({ code: 'CONFIGURATION', hint: 'npm install @aws-sdk/client-secrets-manager' });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('every place where moto is not AWS has its reason', () => {
  for (const row of motoIsNotAws) expect(row.reason).toBeTruthy();
});
