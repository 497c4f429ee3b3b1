/** A program that has read its secret, and the days on which AWS cannot be read: moto behind a proxy that spoils what it answers. */
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createSecrets, isKeyturnError, type Secret } from '../../src/index.ts';
import { FaultProxy, type Fault } from '../servers/fault-proxy.ts';
import { awsAnswer, awsError, captivePortal, onTheWire } from '../servers/http-answerer.ts';
import { type Moto, startMoto } from '../servers/moto.ts';
import { needs } from '../servers/needs.ts';
import { asAwsAlone, awsProvider, region } from '../support/aws.ts';
import { FakeClock } from '../support/fake-clock.ts';

const minute = 60_000;
const value = 'value-of-a-good-day';

asAwsAlone();

const says = (bytes: string): Fault => ({ kind: 'answer', bytes });
const throttled = says(onTheWire(awsError('ThrottlingException', 'Rate exceeded')));
const skewed = says(
  onTheWire({
    ...awsError('RequestTimeTooSkewed', 'too skewed', 403),
    headers: { 'content-type': 'application/x-amz-json-1.1', date: new Date(Date.now() + 3_600_000).toUTCString(), 'x-amzn-errortype': 'RequestTimeTooSkewed' },
  }),
);
const enormous = says(onTheWire(awsAnswer({ Name: 'prod/db', VersionId: 'v1', SecretString: 'x'.repeat(2_000_000) })));

describe.skipIf(!needs('moto'))('a secret that was read yesterday', () => {
  let moto: Moto;
  let proxy: FaultProxy;

  beforeAll(async () => {
    moto = await startMoto();
    proxy = await FaultProxy.before(moto.port);
    const admin = new SecretsManagerClient({ endpoint: moto.url, region, credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' } });
    await admin.send(new CreateSecretCommand({ Name: 'prod/db', SecretString: value }));
    admin.destroy();
  });
  afterAll(async () => {
    await proxy.close();
    await moto.stop();
  });
  beforeEach(async () => {
    await proxy.set({ kind: 'pass' });
    proxy.heads.length = 0;
  });

  function open() {
    const clock = new FakeClock();
    const provider = awsProvider({ endpoint: proxy.url, region, clock });
    return { clock, secrets: createSecrets({ providers: [provider], clock, random: () => 0, ttl: '5m', attemptTimeout: '3s' }) };
  }

  /** The answer, with time that passes only while the answer is waited for. */
  async function passing(clock: FakeClock, read: Promise<Secret>): Promise<Secret | string> {
    let isOver = false;
    const answer = read.then(
      (secret) => secret,
      (error: unknown) => (isKeyturnError(error) ? (error.code as string) : 'not one of ours'),
    );
    void answer.finally(() => (isOver = true));
    while (!isOver) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      await clock.advance(50);
    }
    return answer;
  }

  test.each([
    ['throttles', throttled],
    ['resets the connection', { kind: 'reset' }],
    ['accepts and says nothing', { kind: 'silence' }],
    ['stops in the middle of its answer', { kind: 'half', bytes: 40, afterwards: 'silence' }],
    ['ends in the middle of its answer', { kind: 'half', bytes: 40, afterwards: 'close' }],
    ['is a hotel’s page with 403', says(onTheWire(captivePortal))],
    ['is a hotel’s page with 200', says(onTheWire({ ...captivePortal, status: 200 }))],
    ['thinks that our clock is wrong', skewed],
    ['refuses connections', { kind: 'refuse' }],
    ['has an inner failure', says(onTheWire(awsError('InternalServiceError', 'oops', 500)))],
    ['refuses our own login', says(onTheWire(awsError('ExpiredTokenException', 'expired')))],
  ] satisfies [string, Fault][])('AWS %s: the last value covers, marked, and the fault is an outage', async (_, fault) => {
    const { clock, secrets } = open();
    const codes: unknown[] = [];
    secrets.on('error', ({ error }) => codes.push(error.code));
    expect((await secrets.get('prod/db')).stale).toBe(false);
    await clock.advance(6 * minute);
    await proxy.set(fault);
    const covered = (await passing(clock, secrets.get('prod/db'))) as Secret;
    expect([covered.reveal(), covered.stale]).toEqual([value, true]);
    expect(covered.ageMs).toBeGreaterThanOrEqual(6 * minute);
    expect(['PROVIDER_UNAVAILABLE', 'AUTHENTICATION']).toContain(codes[0]);
    expect(codes).toHaveLength(1);

    const cold = open();
    expect(['PROVIDER_UNAVAILABLE', 'AUTHENTICATION']).toContain(await passing(cold.clock, cold.secrets.get('prod/db')));
    await proxy.set({ kind: 'pass' });
    await clock.advance(2_000);
    const again = (await passing(clock, secrets.get('prod/db'))) as Secret;
    expect([again.reveal(), again.stale]).toEqual([value, false]);
    await secrets.close();
    await cold.secrets.close();
    await proxy.untilAllClosed();
  });

  test('a body that is too large is refused, not cut, and the value of yesterday is not thrown away for it', async () => {
    const { clock, secrets } = open();
    await secrets.get('prod/db');
    await clock.advance(6 * minute);
    await proxy.set(enormous);
    expect(await passing(clock, secrets.get('prod/db'))).toBe('INVALID_SECRET');
    expect(secrets.stats().entries).toBe(1);
    await secrets.close();
    await proxy.untilAllClosed();
  });

  test('a refusal of this secret drops its value, and it stays gone while AWS is away', async () => {
    const { clock, secrets } = open();
    await secrets.get('prod/db');
    await clock.advance(6 * minute);
    await proxy.set(says(onTheWire(awsError('AccessDeniedException', 'no'))));
    expect(await passing(clock, secrets.get('prod/db'))).toBe('ACCESS_DENIED');
    await proxy.set({ kind: 'refuse' });
    expect(await passing(clock, secrets.get('prod/db'))).toBe('PROVIDER_UNAVAILABLE');
    await secrets.close();
  });

  test('after AWS has said that our clock is wrong, the next request is signed with AWS’s time', async () => {
    const { clock, secrets } = open();
    await proxy.set(skewed);
    expect(await passing(clock, secrets.get('prod/db'))).toBe('PROVIDER_UNAVAILABLE');
    await proxy.set({ kind: 'pass' });
    await passing(clock, secrets.get('prod/db'));
    const [before, after] = proxy.heads.map((head) => signedAt(head)) as [number, number];
    expect(after - before).toBeGreaterThan(55 * minute);
    await secrets.close();
  });
});

/** `x-amz-date: 20261121T103000Z` */
function signedAt(head: string): number {
  const [, ...parts] = /^x-amz-date: (\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/im.exec(head) ?? [];
  const [year, month, day, hour, minutes, seconds] = parts.map(Number) as [number, number, number, number, number, number];
  return Date.UTC(year, month - 1, day, hour, minutes, seconds);
}
