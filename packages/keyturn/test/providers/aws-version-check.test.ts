/** The version check and the rotation date, against moto; what moto cannot be made to say comes from the proxy in front of it. */
import { CreateSecretCommand, DeleteSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createSecrets, isKeyturnError, type SecretsOptions } from '../../src/index.ts';
import type { AwsSecretsManagerOptions } from '../../src/providers/aws-secrets-manager.ts';
import { versionIn } from '../../src/providers/aws-describe.ts';
import { FaultProxy } from '../servers/fault-proxy.ts';
import { awsError, awsAnswer, onTheWire } from '../servers/http-answerer.ts';
import { type Moto, startMoto } from '../servers/moto.ts';
import { needs } from '../servers/needs.ts';
import { asAwsAlone, awsProvider, reading, region } from '../support/aws.ts';
import { FakeClock } from '../support/fake-clock.ts';

const minute = 60_000;

asAwsAlone();

describe.skipIf(!needs('moto'))('against moto', () => {
  let moto: Moto;
  let proxy: FaultProxy;
  let admin: SecretsManagerClient;
  let names = 0;

  beforeAll(async () => {
    moto = await startMoto();
    proxy = await FaultProxy.before(moto.port);
    admin = new SecretsManagerClient({ endpoint: moto.url, region, credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' } });
  });
  beforeEach(async () => {
    await proxy.set({ kind: 'pass' });
    proxy.operations.length = 0;
  });
  afterAll(async () => {
    admin.destroy();
    await proxy.close();
    await moto.stop();
  });

  const create = async (value = 'one') => {
    const Name = `checked/s${++names}`;
    await admin.send(new CreateSecretCommand({ Name, SecretString: value }));
    return Name;
  };

  function open(aws: AwsSecretsManagerOptions = {}, options: Partial<SecretsOptions> = {}) {
    const clock = new FakeClock();
    clock.setWall(Date.now() - clock.wallNow());
    const provider = awsProvider({ endpoint: proxy.url, region, versionCheck: true, clock, ...aws });
    return { clock, secrets: createSecrets({ providers: [provider], clock, random: () => 0, ttl: '5m', attemptTimeout: 'none', ...options }) };
  }

  test('a check that finds nothing new asks for no value', async () => {
    const name = await create();
    const { clock, secrets } = open();
    const first = await secrets.get(name);
    proxy.operations.length = 0;
    for (let round = 0; round < 3; round++) {
      await clock.advance(6 * minute);
      const again = await secrets.get(name);
      expect([again.reveal(), again.version, again.ageMs]).toEqual(['one', first.version, (round + 1) * 6 * minute]);
    }
    expect(proxy.operations).toEqual(['DescribeSecret', 'DescribeSecret', 'DescribeSecret']);
    await secrets.close();
  });

  test('a new version is found and read, of a name and of a stage', async () => {
    const name = await create();
    const { clock, secrets } = open();
    await secrets.get(name);
    await admin.send(new PutSecretValueCommand({ SecretId: name, SecretString: 'two' }));
    await secrets.get(`${name}?version=AWSPREVIOUS`);
    await admin.send(new PutSecretValueCommand({ SecretId: name, SecretString: 'three' }));
    await clock.advance(6 * minute);
    expect((await secrets.get(name)).reveal()).toBe('three');
    expect((await secrets.get(`${name}?version=AWSPREVIOUS`)).reveal()).toBe('two');
    await secrets.close();
  });

  test('without the option nothing but the value is ever asked for', async () => {
    const name = await create();
    const { clock, secrets } = open({ versionCheck: false });
    await secrets.get(name);
    await clock.advance(6 * minute);
    await secrets.get(name);
    expect(proxy.operations).toEqual(['GetSecretValue', 'GetSecretValue']);
    await secrets.close();
  });

  test('a right to read that was revoked ends the value within the limit, although the description still answers', async () => {
    const name = await create();
    const { clock, secrets } = open({}, { rereadAfter: '20m' });
    await secrets.get(name);
    await proxy.set({ kind: 'answer', operation: 'GetSecretValue', bytes: onTheWire(awsError('AccessDeniedException', 'no')) });
    let refusedAt: number | undefined;
    for (let at = 6; at <= 24 && refusedAt === undefined; at += 6) {
      await clock.advance(6 * minute);
      await secrets.get(name).catch((error: unknown) => {
        expect(isKeyturnError(error) && error.code).toBe('ACCESS_DENIED');
        refusedAt = at;
      });
    }
    expect(refusedAt).toBe(18);
    expect(proxy.operations.filter((each) => each === 'DescribeSecret').length).toBeGreaterThan(2);
    expect(secrets.stats().entries).toBe(0);
    await secrets.close();
  });

  test('a secret that is marked for deletion is gone, although AWS goes on describing it', async () => {
    const name = await create();
    const { clock, secrets } = open();
    await secrets.get(name);
    await admin.send(new DeleteSecretCommand({ SecretId: name }));
    await clock.advance(6 * minute);
    proxy.operations.length = 0;
    expect(await secrets.find(name)).toBeUndefined();
    expect(proxy.operations).toEqual(['DescribeSecret']);
    await secrets.close();
  });

  test('whoever may read and not describe is refused once for each secret, and notices nothing', async () => {
    const name = await create();
    const { clock, secrets } = open();
    await proxy.set({ kind: 'answer', operation: 'DescribeSecret', bytes: onTheWire(awsError('AccessDeniedException', 'no')) });
    for (let round = 0; round < 3; round++) {
      expect((await secrets.get(name)).stale).toBe(false);
      await clock.advance(6 * minute);
    }
    expect(proxy.operations.toSorted()).toEqual(['DescribeSecret', 'GetSecretValue', 'GetSecretValue', 'GetSecretValue']);
    await secrets.close();
  });

  test('a right to read and nothing else is enough for every kind of read', async () => {
    const [one, two] = [await create('{"a":"1"}'), await create('{"a":"2"}')];
    for (const operation of ['DescribeSecret', 'BatchGetSecretValue'] as const) {
      await proxy.set({ kind: 'answer', operation, bytes: onTheWire(awsError('AccessDeniedException', 'no')) });
      const { clock, secrets } = open();
      const warnings: unknown[] = [];
      secrets.on('error', (event) => warnings.push(event));
      const [first, second] = await secrets.prefetch([`${one}#a`, `${two}#a`]);
      expect([first?.reveal(), second?.reveal()]).toEqual(['1', '2']);
      await clock.advance(6 * minute);
      expect((await secrets.get(`${one}#a`)).stale).toBe(false);
      expect((await secrets.refresh(two)).stale).toBe(false);
      expect(await secrets.isAvailable()).toBe(true);
      expect(warnings).toEqual([]);
      await secrets.close();
    }
  });

  test('no value is kept past the next rotation that AWS announces, and one that is late is no reason to ask at every read', async () => {
    const name = await create();
    const { clock, secrets } = open();
    const rotation = (clock.wallNow() + 2 * minute) / 1_000;
    const { version: current } = await secrets.get(name);
    await proxy.set({
      kind: 'answer',
      operation: 'DescribeSecret',
      bytes: onTheWire(
        awsAnswer({ Name: name, RotationEnabled: true, NextRotationDate: rotation, VersionIdsToStages: { [current as string]: ['AWSCURRENT'] } }),
      ),
    });
    await secrets.refresh(name);
    await clock.advance(2 * minute - 1_001);
    expect(secrets.peek(name)).toBeDefined();
    await clock.advance(1_001);
    expect(secrets.peek(name)).toBeUndefined();
    await secrets.get(name);
    proxy.operations.length = 0;
    await clock.advance(3 * minute);
    await secrets.get(name);
    expect(proxy.operations).toEqual([]);
    await secrets.close();
  });

  test('all names with a prefix are read by one list and calls of twenty, those of a provider too', async () => {
    for (let index = 0; index < 45; index++) await admin.send(new CreateSecretCommand({ Name: `listed/s${index}`, SecretString: `value ${index}` }));
    const { secrets } = open();
    const read = await secrets.prefetch({ prefix: 'listed/', provider: 'aws-secrets-manager' });
    expect(new Set(read.map((each) => each?.reveal()))).toEqual(new Set(Array.from({ length: 45 }, (_, index) => `value ${index}`)));
    expect(proxy.operations.toSorted()).toEqual(['BatchGetSecretValue', 'BatchGetSecretValue', 'BatchGetSecretValue', 'ListSecrets']);
    expect(secrets.peek('listed/s7')?.reveal()).toBe('value 7');
    await secrets.close();
  });

  test('more names than the cache keeps are not read at all', async () => {
    const { secrets } = open({}, { maxEntries: 10 });
    await expect(secrets.prefetch({ prefix: 'listed/' })).rejects.toThrow('prefetch: 45 names were listed, and the cache keeps 10.');
    expect(proxy.operations).toEqual(['ListSecrets']);
    await secrets.close();
  });

  test('a bundle is checked by the version of its document', async () => {
    const name = await create('{"a":"1","b":"2"}');
    const { clock, secrets } = open({ bundle: name });
    await secrets.get('a');
    proxy.operations.length = 0;
    await clock.advance(6 * minute);
    expect((await secrets.get('a')).reveal()).toBe('1');
    expect(proxy.operations).toEqual(['DescribeSecret']);
    await secrets.close();
  });

  test('a description that does not come is waited for no longer than a second', async () => {
    const name = await create();
    const clock = new FakeClock();
    const provider = awsProvider({ endpoint: proxy.url, region, versionCheck: true, clock });
    await proxy.set({ kind: 'answer', operation: 'DescribeSecret', bytes: '' });
    const read = provider.get({ name }, reading());
    await vi.waitFor(() => {
      expect(proxy.operations.toSorted()).toEqual(['DescribeSecret', 'GetSecretValue']);
    });
    await clock.advance(1_000);
    expect((await read)?.reveal()).toBe('one');
    await proxy.untilAllClosed();
  });
});

test.each([
  ['nothing', {}],
  ['no version of that stage', { VersionIdsToStages: { v1: ['AWSPREVIOUS'] } }],
  ['stages that are no list', { VersionIdsToStages: { v1: 'AWSCURRENT' } }],
  ['versions that are no object', { VersionIdsToStages: 'AWSCURRENT' }],
])('a description that holds %s tells no version', (_, description) => {
  expect(() => versionIn(description, { name: 'a' }, 'aws')).toThrow('a: aws does not tell which version it is.');
});

test.each([
  ['a rotation that is switched off', { RotationEnabled: false, NextRotationDate: new Date(1_000) }],
  ['a date that is none', { NextRotationDate: new Date(NaN) }],
  ['text', { NextRotationDate: '2030-01-01' }],
])('%s is no rotation date', (_, description) => {
  expect(versionIn({ ...description, VersionIdsToStages: { v1: ['AWSCURRENT'] } }, { name: 'a' }, 'aws')).toEqual({ version: 'v1', expiresAt: undefined });
});

test('an id is its own version, and only the current version is rotated', () => {
  const description = { NextRotationDate: new Date(1_000), VersionIdsToStages: { v1: ['AWSPREVIOUS'], v2: ['AWSCURRENT'] } };
  expect(versionIn(description, { name: 'a', version: 'v1' }, 'aws')).toEqual({ version: 'v1' });
  expect(versionIn(description, { name: 'a', version: 'AWSPREVIOUS' }, 'aws')).toEqual({ version: 'v1', expiresAt: undefined });
  expect(versionIn(description, { name: 'a' }, 'aws')).toEqual({ version: 'v2', expiresAt: 1_000 });
});
