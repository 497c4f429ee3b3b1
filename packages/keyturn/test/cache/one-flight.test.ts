import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, test } from 'vitest';
import { SecretCache } from '../../src/cache/index.ts';
import { createSecrets, type Secret } from '../../src/index.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { told, unavailable } from '../support/source.ts';

function slow(values: Record<string, string> = { db: 'x' }, options: Partial<Parameters<typeof createSecrets>[0]> = {}) {
  const clock = new FakeClock();
  const source = told(values, { clock });
  source.isSlow = true;
  const secrets = createSecrets({ providers: [source], clock, random: () => 0, ttl: '100s', ...options });
  return { clock, source, secrets };
}

test('a hundred cold readers of one secret cost one read and get the same value', async () => {
  const { source, secrets } = slow();
  const reads = Array.from({ length: 100 }, () => secrets.get('db'));
  await settled();
  expect(source.pending).toHaveLength(1);
  source.pending[0]?.answer('x');
  expect(new Set(await Promise.all(reads)).size).toBe(1);
});

test('readers of different fields of one document share one read and one version', async () => {
  const { source, secrets } = slow();
  const reads = [secrets.get('db#user'), secrets.get('db#password'), secrets.get('db')];
  await settled();
  source.pending[0]?.answer('{"user":"u","password":"p"}', 'v7');
  expect((await Promise.all(reads)).map(({ version }) => version)).toEqual(['v7', 'v7', 'v7']);
  expect(source.reads).toHaveLength(1);
});

test('a failure is shared by all who waited, and kept for nobody', async () => {
  const { source, secrets } = slow();
  const reads = Array.from({ length: 50 }, () => secrets.get('db').catch((error: unknown) => error));
  await settled();
  source.pending[0]?.fail(unavailable());
  expect(new Set(await Promise.all(reads)).size).toBe(1);
  const again = secrets.get('db');
  await settled();
  source.pending[1]?.answer('back');
  expect((await again).reveal()).toBe('back');
});

test('a read that starts after an invalidation never sees the older value, although the older read is still under way', async () => {
  const { source, secrets } = slow();
  const before = secrets.get('db');
  await settled();
  void secrets.invalidate('db');
  const after = secrets.get('db');
  await settled();
  expect(source.pending).toHaveLength(2);
  source.pending[1]?.answer('new');
  expect((await after).reveal()).toBe('new');
  source.pending[0]?.answer('old');
  expect((await before).reveal()).toBe('old');
  expect(secrets.peek('db')?.reveal()).toBe('new');
});

test('the late result of a read that began before an invalidation is not stored', async () => {
  const { source, secrets } = slow();
  const before = secrets.get('db');
  await settled();
  void secrets.invalidate({ prefix: 'd' });
  source.pending[0]?.answer('old');
  expect((await before).reveal()).toBe('old');
  expect(secrets.peek('db')).toBeUndefined();
});

test('of two overlapping reads that disagree the first to land is given, and the next read decides', async () => {
  const { source, secrets } = slow();
  const first = secrets.get('db');
  await settled();
  const second = secrets.refresh('db');
  await settled();
  source.pending[1]?.answer('new', 'v2');
  await second;
  expect(secrets.peek('db')?.reveal()).toBe('new');
  source.pending[0]?.answer('old', 'v1');
  await first;
  expect(secrets.peek('db')).toBeUndefined();
  const third = secrets.get('db');
  await settled();
  source.pending[2]?.answer('new', 'v2');
  expect((await third).reveal()).toBe('new');
});

test("one caller leaving ends nobody else's wait; the last one leaving ends the read", async () => {
  const { source, secrets } = slow();
  const [one, two] = [new AbortController(), new AbortController()];
  const leaves = secrets.get('db', { signal: one.signal });
  const stays = secrets.get('db', { signal: two.signal });
  await settled();
  one.abort(new Error('left'));
  await expect(leaves).rejects.toThrow('left');
  expect(source.pending[0]?.signal.aborted).toBe(false);
  two.abort(new Error('left too'));
  await expect(stays).rejects.toThrow('left too');
  expect(source.pending[0]?.signal.aborted).toBe(true);
  const newcomer = secrets.get('db');
  await settled();
  source.pending[1]?.answer('x');
  expect((await newcomer).reveal()).toBe('x');
});

test('a caller whose signal has already aborted starts nothing', async () => {
  const { source, secrets } = slow();
  await expect(secrets.get('db', { signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow('gone');
  expect(source.reads).toHaveLength(0);
});

test('a read with maxAge joins no flight that began earlier than that', async () => {
  const { clock, source, secrets } = slow();
  const first = secrets.get('db');
  await clock.advance(100);
  const young = secrets.get('db', { maxAge: '99ms' });
  await clock.advance(0);
  expect(source.pending).toHaveLength(2);
  const joins = secrets.get('db', { maxAge: '100ms' });
  await clock.advance(0);
  expect(source.pending).toHaveLength(2);
  for (const { answer } of source.pending) answer('x');
  await Promise.all([first, young, joins]);
});

test('what was being read when the machine fell asleep is joined by nobody after that, and not kept', async () => {
  const { clock, source, secrets } = slow();
  const before = secrets.get('db');
  await settled();
  // The monotonic clock and every timer stood still for a night; the wall clock went on.
  clock.setWall(8 * 3_600_000);
  const after = secrets.get('db');
  await settled();
  expect(source.pending).toHaveLength(2);
  source.pending[0]!.answer('of yesterday', 'v1');
  expect((await before).reveal()).toBe('of yesterday');
  expect(secrets.peek('db')).toBeUndefined();
  source.pending[1]!.answer('of today', 'v2');
  expect((await after).reveal()).toBe('of today');
  expect(secrets.peek('db')?.reveal()).toBe('of today');
  await secrets.close();
});

test('a flight older than the deadline is joined by nobody, as after a process was frozen', async () => {
  const { clock, source, secrets } = slow({ db: 'x' }, { deadline: '10s', attemptTimeout: 'none' });
  // A clock whose sleeps never end stands for the frozen process.
  const sleep = clock.sleep.bind(clock);
  clock.sleep = () => new Promise(() => undefined);
  void secrets.get('db').catch(() => undefined);
  await clock.advance(10_000);
  clock.sleep = sleep;
  const newcomer = secrets.get('db');
  await settled();
  expect(source.pending).toHaveLength(2);
  source.pending[1]?.answer('x');
  expect((await newcomer).reveal()).toBe('x');
});

test('the read runs outside of the request that happened to start it', async () => {
  const { source, secrets } = slow();
  const request = new AsyncLocalStorage<string>();
  const seen: (string | undefined)[] = [];
  const { get } = source;
  source.get = (ref, options) => {
    seen.push(request.getStore());
    return get(ref, options);
  };
  const read = request.run('alice', () => secrets.get('db').then((secret) => [secret, request.getStore()] as [Secret, string]));
  await settled();
  source.pending[0]?.answer('x');
  expect((await read)[1]).toBe('alice');
  expect(seen).toEqual([undefined]);
});

test('a read of ttl 0 is still joined while it runs', async () => {
  const { source, secrets } = slow({ db: 'x' }, { ttl: 0 });
  const reads = [secrets.get('db'), secrets.get('db')];
  await settled();
  source.pending[0]?.answer('x');
  await Promise.all(reads);
  expect(source.reads).toHaveLength(1);
});

test('a hit on another name is not held up by a read under way', async () => {
  const { source, secrets } = slow({ a: '1', b: '2' });
  const first = secrets.get('a');
  await settled();
  source.pending[0]?.answer('1');
  await first;
  void secrets.get('b').catch(() => undefined);
  expect((await secrets.get('a')).reveal()).toBe('1');
});

test('refresh ahead runs on when the reader who caused it has long gone', async () => {
  const { clock, source, secrets } = slow();
  const first = secrets.get('db');
  await settled();
  source.pending[0]?.answer('one');
  await first;
  await clock.advance(80_000);
  const leaver = new AbortController();
  await secrets.get('db', { signal: leaver.signal });
  leaver.abort();
  await settled();
  expect(source.pending[1]?.signal.aborted).toBe(false);
  source.pending[1]?.answer('two');
  await settled();
  expect((await secrets.get('db')).reveal()).toBe('two');
});

test('prefetch puts every reference in the air before the batch leaves, and leaves out what is already there', async () => {
  const clock = new FakeClock();
  const source = told({ a: '1', b: '2', c: '3' }, { clock });
  source.isSlow = true;
  const batches: string[][] = [];
  source.getMany = async (refs, options) => {
    batches.push(refs.map(({ name }) => name));
    source.isSlow = false;
    return Promise.all(refs.map((ref) => source.get(ref, options)));
  };
  const secrets = createSecrets({ providers: [source], clock });
  const early = secrets.get('c');
  await settled();
  const fetched = secrets.prefetch(['a', 'b#f', 'a', 'c'], { onError: 'warn' });
  const joined = secrets.get('a');
  await settled();
  source.pending[0]?.answer('3');
  expect((await fetched).map((secret) => secret?.reveal())).toEqual(['1', undefined, '1', '3']);
  expect([(await joined).reveal(), (await early).reveal()]).toEqual(['1', '3']);
  expect(batches).toEqual([['a', 'b']]);
});

test('prefetch reads only what is not fresh, unless forced', async () => {
  const { source, secrets } = slow({ a: '1', b: '2' });
  source.isSlow = false;
  await secrets.prefetch(['a', 'b']);
  await secrets.prefetch(['a', 'b']);
  expect(source.reads).toEqual(['a', 'b']);
  source.rotate('a', 'new');
  const [a] = await secrets.prefetch(['a', 'b'], { force: true });
  expect(a?.reveal()).toBe('new');
  expect(source.reads).toHaveLength(4);
});

test('prefetch throws one error that lists every failure, or gives each to you', async () => {
  const { source, secrets } = slow({ a: '1' });
  source.isSlow = false;
  await expect(secrets.prefetch(['a', 'b', 'c'])).rejects.toMatchObject({
    code: 'SECRET_NOT_FOUND',
    message: expect.stringMatching(/2 of 3.*\n- b:.*\n- c:/s) as string,
    errors: { length: 2 },
  });
  const given: string[] = [];
  await secrets.prefetch(['a', 'b'], { onError: (error, ref) => given.push(`${ref} ${error.code}`) });
  expect(given).toEqual(['b SECRET_NOT_FOUND']);
});

test('after close reads fail, reads under way end, and nothing is left', async () => {
  const { clock, source, secrets } = slow();
  const read = secrets.get('db').catch((error: unknown) => error);
  await settled();
  await secrets.close();
  expect(await read).toMatchObject({ code: 'CLOSED' });
  await expect(secrets.get('db')).rejects.toMatchObject({ code: 'CLOSED' });
  expect(() => secrets.peek('db')).toThrow('closed');
  expect(source.pending[0]?.signal.aborted).toBe(true);
  expect(clock.sleeping).toBe(0);
});

test('a read that lands in the moment of close leaves nothing in a cache that goes on, whichever comes first', async () => {
  for (let turns = 0; turns < 30; turns++) {
    const cache = new SecretCache({ clock: new FakeClock() });
    const { source, secrets } = slow({}, { cache });
    const read = secrets.get('db').catch(() => undefined);
    await settled();
    source.pending[0]?.answer('x');
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    await secrets.close();
    await read;
    await settled();
    expect(cache.stats().entries).toBe(0);
  }
});

test('a refresh that an invalidation overtook is not kept, but ends the freshness of what disagrees with it', async () => {
  const { source, secrets } = slow();
  const refresh = secrets.refresh('db');
  await settled();
  void secrets.invalidate('db');
  const read = secrets.get('db');
  await settled();
  source.pending[1]?.answer('one', 'v1');
  expect((await read).reveal()).toBe('one');
  expect(secrets.peek('db')?.reveal()).toBe('one');
  source.pending[0]?.answer('two', 'v2');
  expect((await refresh).reveal()).toBe('two');
  expect(secrets.peek('db')).toBeUndefined();
  const next = secrets.get('db');
  await settled();
  source.pending[2]?.answer('two', 'v2');
  expect((await next).reveal()).toBe('two');
});

test('refresh ahead runs on also when somebody who joined it has left', async () => {
  const { clock, source, secrets } = slow();
  const first = secrets.get('db');
  await settled();
  source.pending[0]?.answer('one');
  await first;
  await clock.advance(80_000);
  await secrets.get('db');
  await settled();
  const leaving = new AbortController();
  const joined = secrets.get('db', { maxAge: '10s', signal: leaving.signal });
  await settled();
  expect(source.pending).toHaveLength(2);
  leaving.abort(new Error('gone'));
  await expect(joined).rejects.toThrow('gone');
  expect(source.pending[1]?.signal.aborted).toBe(false);
  source.pending[1]?.answer('two', 'v2');
  await settled();
  expect(secrets.peek('db')?.reveal()).toBe('two');
});

test('an absence that an overlapping read contradicts is not remembered', async () => {
  const { source, secrets } = slow();
  const first = secrets.get('db');
  await settled();
  const second = secrets.refresh('db').catch((error: unknown) => error);
  await settled();
  source.pending[1]?.answer(undefined);
  expect(await second).toMatchObject({ code: 'SECRET_NOT_FOUND' });
  source.pending[0]?.answer('there');
  expect((await first).reveal()).toBe('there');
  const third = secrets.get('db');
  await settled();
  source.pending[2]?.answer('there');
  expect((await third).reveal()).toBe('there');
});
