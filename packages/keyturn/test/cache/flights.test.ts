import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, test, vi } from 'vitest';
import { Batch, type Flight, Flights, type Outcome } from '../../src/cache/flights.ts';
import { AccessDeniedError, DeadlineExceededError } from '../../src/core/errors.ts';
import type { ReadOptions } from '../../src/core/provider.ts';
import { Secret } from '../../src/core/secret.ts';
import type { Source } from '../../src/core/source.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';

interface Read {
  readonly signal: AbortSignal;
  readonly deadline: number;
  readonly finish: (value: string) => void;
  readonly fail: (error: Error) => void;
}

function airport(deadline = 10_000) {
  const clock = new FakeClock();
  const flights = new Flights<string, string>(clock, deadline);
  const reads: Read[] = [];
  const outcomes: Outcome<string>[] = [];
  const read = ({ signal, deadline: until }: ReadOptions) =>
    new Promise<string>((finish, fail) => {
      reads.push({ signal, deadline: until, finish, fail });
    });
  const settle = (_: Flight<string>, outcome: Outcome<string>): string => {
    outcomes.push(outcome);
    if (outcome.error !== undefined) throw outcome.error as Error;
    return outcome.value as string;
  };
  const start = (key = 'db', isBackground = false) => flights.start({ key, name: key, isBackground }, read, settle);
  /** As a reader does: joins what is in the air, or starts. */
  const ask = (signal?: AbortSignal, key = 'db', since?: number) => flights.wait(flights.joinable(key, since) ?? start(key), signal);
  return { clock, flights, reads, outcomes, start, ask, settle };
}

test('a thousand readers cost one read, and get the same value', async () => {
  const { ask, reads, flights, outcomes, clock } = airport();
  const all = Array.from({ length: 1_000 }, () => ask());
  expect(flights.size).toBe(1);
  reads[0]?.finish('s3cret');
  expect(new Set(await Promise.all(all))).toEqual(new Set(['s3cret']));
  expect([reads.length, outcomes.length, flights.size]).toEqual([1, 1, 0]);
  await settled();
  expect(clock.sleeping).toBe(0);
});

test('a failure is shared, settled once, and kept for nobody', async () => {
  const { ask, reads, outcomes, flights } = airport();
  const both = [ask(), ask()];
  const failure = new Error('unavailable');
  reads[0]?.fail(failure);
  for (const one of both) await expect(one).rejects.toBe(failure);
  expect([outcomes.length, flights.size]).toEqual([1, 0]);
  const again = ask();
  reads[1]?.finish('back');
  expect(await again).toBe('back');
});

test('a read that throws at once is a failure like any other', async () => {
  const { flights, settle, clock } = airport();
  const flight = flights.start(
    { key: 'db', name: 'db' },
    () => {
      throw new Error('broken');
    },
    settle,
  );
  await expect(flights.wait(flight)).rejects.toThrow('broken');
  await settled();
  expect([flights.size, clock.sleeping]).toEqual([0, 0]);
});

test('what settle makes of the result is what those who wait get', async () => {
  const { flights, clock } = airport();
  const flight = flights.start(
    { key: 'db', name: 'db' },
    () => Promise.resolve('raw'),
    (_, { value, durationMs }) => `${value} after ${durationMs}`,
  );
  expect(await flights.wait(flight)).toBe('raw after 0');
  const refused = flights.start(
    { key: 'db', name: 'db' },
    () => Promise.resolve('raw'),
    () => {
      throw new AccessDeniedError('refused');
    },
  );
  await expect(flights.wait(refused)).rejects.toThrow('refused');
  expect(clock.sleeping).toBe(0);
});

test('a failure that nobody waits for ends nothing', async () => {
  const unhandled = vi.fn<() => void>();
  process.on('unhandledRejection', unhandled);
  const { start, reads, flights } = airport();
  start('db', true);
  reads[0]?.fail(new Error('unavailable'));
  await settled();
  await settled();
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
  expect(flights.size).toBe(0);
});

test("one reader leaving ends nobody else's wait; the last one leaving ends the read, with his reason", async () => {
  const { ask, reads, outcomes, flights, clock } = airport();
  const [first, second] = [new AbortController(), new AbortController()];
  const [leaves, stays] = [ask(first.signal), ask(second.signal)];
  first.abort(new Error('left'));
  await expect(leaves).rejects.toThrow('left');
  expect(reads[0]?.signal.aborted).toBe(false);
  const reason = new Error('left too');
  second.abort(reason);
  await expect(stays).rejects.toBe(reason);
  expect(reads[0]?.signal.aborted).toBe(true);
  expect(reads[0]?.signal.reason).toBe(reason);
  await settled();
  expect([flights.size, clock.sleeping, outcomes.length]).toEqual([0, 0, 0]);
});

test('who waits without a signal is never the one who leaves', async () => {
  const { ask, reads } = airport();
  const leaver = new AbortController();
  const [stays, leaves] = [ask(), ask(leaver.signal)];
  leaver.abort(new Error('left'));
  await expect(leaves).rejects.toThrow('left');
  expect(reads[0]?.signal.aborted).toBe(false);
  reads[0]?.finish('s3cret');
  expect(await stays).toBe('s3cret');
});

test('a newcomer does not inherit the abort of a read that everybody left', async () => {
  const { ask, reads } = airport();
  const leaver = new AbortController();
  const left = ask(leaver.signal);
  leaver.abort(new Error('left'));
  // In the same turn, before the one who leaves has gone through the door.
  const atOnce = ask();
  await expect(left).rejects.toThrow('left');
  const later = ask();
  await settled();
  for (const { signal, finish } of reads) if (!signal.aborted) finish('s3cret');
  expect(await atOnce).toBe('s3cret');
  expect(await later).toBe('s3cret');
});

test('who comes in the very moment in which a read is aborted starts one of his own', async () => {
  const { ask, reads } = airport();
  const leaver = new AbortController();
  const left = ask(leaver.signal);
  let newcomer: Promise<string> | undefined;
  reads[0]?.signal.addEventListener('abort', () => {
    newcomer = ask();
  });
  leaver.abort(new Error('left'));
  await expect(left).rejects.toThrow('left');
  expect(reads).toHaveLength(2);
  reads[1]?.finish('s3cret');
  expect(await newcomer).toBe('s3cret');
});

test('after everybody left, the next one starts a read of his own', async () => {
  const { ask, reads, flights } = airport();
  const leaver = new AbortController();
  const left = ask(leaver.signal);
  leaver.abort(new Error('left'));
  await expect(left).rejects.toThrow('left');
  expect(flights.joinable('db')).toBeUndefined();
  const next = ask();
  expect(reads).toHaveLength(2);
  expect(reads[1]?.signal.aborted).toBe(false);
  reads[0]?.finish('too late');
  reads[1]?.finish('s3cret');
  expect(await next).toBe('s3cret');
});

test('a reader whose signal is aborted already gets its reason', async () => {
  const { ask, flights } = airport();
  await expect(ask(AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
  await settled();
  expect(flights.size).toBe(0);
});

test('a reader who leaves after the landing changes nothing', async () => {
  const { ask, reads } = airport();
  const reader = new AbortController();
  const one = ask(reader.signal);
  reads[0]?.finish('s3cret');
  await one;
  reader.abort(new Error('late'));
  expect(reads[0]?.signal.aborted).toBe(false);
});

test('a wait that is over leaves no listener on the signal of its reader', async () => {
  const { ask, reads } = airport();
  const { signal } = new AbortController();
  const [added, removed] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')];
  const one = ask(signal);
  reads[0]?.finish('s3cret');
  await one;
  expect(removed.mock.calls.map(([, listener]) => listener)).toEqual(added.mock.calls.map(([, listener]) => listener));
});

test('a flight in the background goes on when the last reader has left', async () => {
  const { start, ask, reads, outcomes } = airport();
  start('db', true);
  const leaver = new AbortController();
  const left = ask(leaver.signal);
  leaver.abort(new Error('left'));
  await expect(left).rejects.toThrow('left');
  expect(reads[0]?.signal.aborted).toBe(false);
  reads[0]?.finish('s3cret');
  await settled();
  expect(outcomes).toMatchObject([{ value: 's3cret' }]);
});

test('different keys fly apart', async () => {
  const { ask, reads } = airport();
  const [a, b] = [ask(undefined, '__proto__'), ask(undefined, 'constructor')];
  reads[1]?.finish('b');
  reads[0]?.finish('a');
  expect([await a, await b]).toEqual(['a', 'b']);
});

test('a flight older than its deadline is joined by nobody, as after a process was frozen', async () => {
  const { start, flights, clock } = airport(10_000);
  const flight = start();
  await clock.advance(9_999);
  expect(flights.joinable('db')).toBe(flight);
  // The process froze: the clock moved and no timer ran.
  vi.spyOn(clock, 'now').mockReturnValue(10_000);
  expect(flights.joinable('db')).toBeUndefined();
  vi.restoreAllMocks();
});

test('who wants nothing older than an instant joins no flight that began before it', async () => {
  const { start, flights, clock } = airport();
  await clock.advance(100);
  const flight = start();
  expect(flights.joinable('db', 100)).toBe(flight);
  expect(flights.joinable('db', 100.5)).toBeUndefined();
  expect(flights.joinable('db')).toBe(flight);
});

test('at the deadline a read ends, also one that ignores its signal, and nobody waits longer', async () => {
  const { ask, reads, clock, flights, outcomes } = airport(10_000);
  const both = [ask(), ask()];
  for (const one of both) one.catch(() => undefined);
  expect(reads[0]?.deadline).toBe(10_000);
  await clock.advance(9_999);
  expect(reads[0]?.signal.aborted).toBe(false);
  await clock.advance(1);
  for (const one of both) await expect(one).rejects.toBeInstanceOf(DeadlineExceededError);
  const reason = reads[0]?.signal.reason as unknown;
  expect(reason).toBeInstanceOf(DeadlineExceededError);
  expect(reason).toMatchObject({ message: 'db: no answer within 10s.', ref: 'db' });
  expect(outcomes).toMatchObject([{ durationMs: 10_000 }]);
  expect([flights.size, clock.sleeping]).toEqual([0, 0]);
  reads[0]?.finish('too late');
  await settled();
  expect(outcomes).toHaveLength(1);
});

test('a read that fails after its deadline is no unhandled rejection', async () => {
  const unhandled = vi.fn<() => void>();
  process.on('unhandledRejection', unhandled);
  const { ask, reads, clock } = airport(1_000);
  const one = ask();
  one.catch(() => undefined);
  await clock.advance(1_000);
  reads[0]?.fail(new Error('much later'));
  await settled();
  await settled();
  process.off('unhandledRejection', unhandled);
  await expect(one).rejects.toBeInstanceOf(DeadlineExceededError);
  expect(unhandled).not.toHaveBeenCalled();
});

test('without a deadline there is no timer', async () => {
  const { ask, reads, clock } = airport(Infinity);
  const one = ask();
  expect(clock.sleeping).toBe(0);
  reads[0]?.finish('s3cret');
  expect(await one).toBe('s3cret');
});

test('no sleeper is left, however a flight ends', async () => {
  const { ask, start, reads, clock, flights } = airport();
  const leaver = new AbortController();
  const ends = [ask(undefined, 'lands'), ask(undefined, 'fails'), ask(leaver.signal, 'left'), ask(undefined, 'outdated')];
  for (const end of ends) end.catch(() => undefined);
  start('ended', true);
  expect(clock.sleeping).toBe(5);
  reads[0]?.finish('x');
  reads[1]?.fail(new Error('x'));
  leaver.abort(new Error('x'));
  flights.outdate(({ key }) => key === 'outdated');
  reads[3]?.finish('x');
  await settled();
  expect(clock.sleeping).toBe(1);
  flights.abort(new Error('closed'));
  await settled();
  expect([clock.sleeping, flights.size]).toEqual([0, 0]);
});

test('an outdated flight is joined by nobody, gives those who wait what they asked for, and says that it is outdated', async () => {
  const { flights, ask, reads } = airport();
  const seen: boolean[] = [];
  const flight = flights.start(
    { key: 'db', name: 'db' },
    () =>
      new Promise((finish) => {
        reads.push({ finish } as Read);
      }),
    ({ isOutdated }, { value }) => {
      seen.push(isOutdated);
      return value as string;
    },
  );
  const before = flights.wait(flight);
  flights.outdate(({ name }) => name === 'other');
  expect(flights.joinable('db')).toBe(flight);
  flights.outdate(({ name }) => name === 'db');
  expect(flights.joinable('db')).toBeUndefined();
  const after = ask();
  reads[1]?.finish('new');
  reads[0]?.finish('old');
  expect([await before, await after]).toEqual(['old', 'new']);
  expect(seen).toEqual([true]);
});

test('a flight that lands removes itself, and not the younger one in its place', async () => {
  const { flights, ask, reads } = airport();
  const before = ask();
  flights.outdate(() => true);
  const after = ask();
  reads[0]?.finish('old');
  expect(await before).toBe('old');
  expect(flights.joinable('db')).toBeDefined();
  const joins = ask();
  expect(reads).toHaveLength(2);
  reads[1]?.finish('new');
  expect([await after, await joins]).toEqual(['new', 'new']);
});

test('of an outdated flight, too, the last one leaving ends the read', async () => {
  const { flights, ask, reads } = airport();
  const leaver = new AbortController();
  const left = ask(leaver.signal);
  flights.outdate(() => true);
  leaver.abort(new Error('left'));
  await expect(left).rejects.toThrow('left');
  expect(reads[0]?.signal.aborted).toBe(true);
});

test('abort ends every flight, with its reason for all who wait', async () => {
  const { flights, ask, start, reads, outcomes } = airport();
  const waits = [ask(undefined, 'a'), ask(undefined, 'b')];
  for (const wait of waits) wait.catch(() => undefined);
  start('c', true);
  const reason = new Error('closed');
  flights.abort(reason);
  expect(flights.joinable('a')).toBeUndefined();
  for (const wait of waits) await expect(wait).rejects.toBe(reason);
  expect(reads.every(({ signal }) => signal.aborted && signal.reason === reason)).toBe(true);
  await settled();
  expect([flights.size, outcomes.length]).toEqual([0, 3]);
});

test("a read runs outside of the request that happened to start it: it never sees that one's store", async () => {
  const requests = new AsyncLocalStorage<string>();
  const { flights } = airport();
  const seen: (string | undefined)[] = [];
  const read = async () => {
    seen.push(requests.getStore());
    await settled();
    seen.push(requests.getStore());
    return 'value';
  };
  const settle = () => {
    seen.push(requests.getStore());
    return 'value';
  };
  await requests.run('the first request', async () => {
    const flight = flights.start({ key: 'db', name: 'db' }, read, settle);
    expect(await flights.wait(flight)).toBe('value');
    expect(requests.getStore()).toBe('the first request');
  });
  expect(seen).toEqual([undefined, undefined, undefined]);
});

test('each one who waits goes on in his own request', async () => {
  const requests = new AsyncLocalStorage<number>();
  const { ask, reads } = airport();
  const all = Array.from({ length: 10 }, (_, index) =>
    requests.run(index, async () => {
      await ask();
      return requests.getStore();
    }),
  );
  reads[0]?.finish('s3cret');
  expect(await Promise.all(all)).toEqual(Array.from({ length: 10 }, (_, index) => index));
});

/** A source that answers batches by hand. */
function station() {
  const asked: {
    readonly names: string[];
    readonly signal: AbortSignal;
    readonly answer: (results: readonly unknown[]) => void;
    readonly fail: (error: Error) => void;
  }[] = [];
  const source = {
    getMany: (refs: readonly { readonly name: string }[], { signal }: ReadOptions) =>
      new Promise((answer, fail) => {
        asked.push({ names: refs.map(({ name }) => name), signal, answer, fail });
      }),
  } as unknown as Source;
  const secretOf = (name: string) => new Secret({ ref: { name }, provider: 'cloud', value: name });
  return { asked, source, secretOf };
}

const reading = (signal = new AbortController().signal): ReadOptions => ({ signal, deadline: 5_000 });

test('a batch leaves once, when all of its flights are in the air, and gives each its own answer', async () => {
  const { asked, source, secretOf } = station();
  const batch = new Batch(source, [{ name: 'a' }, { name: 'b' }, { name: 'c' }]);
  const all = [0, 1, 2].map((index) => batch.read(index, reading()));
  expect(asked).toHaveLength(0);
  await settled();
  expect(asked.map(({ names }) => names)).toEqual([['a', 'b', 'c']]);
  const [a, refusal] = [secretOf('a'), new AccessDeniedError('refused')];
  all[2]?.catch(() => undefined);
  asked[0]?.answer([a, undefined, refusal]);
  expect(await all[0]).toBe(a);
  expect(await all[1]).toBeUndefined();
  await expect(all[2]).rejects.toBe(refusal);
});

test('a batch goes on while one of its flights does, and ends with the last', async () => {
  const { asked, source } = station();
  const batch = new Batch(source, [{ name: 'a' }, { name: 'b' }]);
  const [first, second] = [new AbortController(), new AbortController()];
  void batch.read(0, reading(first.signal));
  void batch.read(1, reading(second.signal));
  await settled();
  first.abort(new Error('left'));
  expect(asked[0]?.signal.aborted).toBe(false);
  const reason = new Error('left too');
  second.abort(reason);
  expect(asked[0]?.signal.reason).toBe(reason);
});

test('a batch that fails fails for all of its flights', async () => {
  const { asked, source } = station();
  const batch = new Batch(source, [{ name: 'a' }, { name: 'b' }]);
  const both = [batch.read(0, reading()), batch.read(1, reading())];
  for (const one of both) one.catch(() => undefined);
  await settled();
  const failure = new Error('unavailable');
  asked[0]?.fail(failure);
  for (const one of both) await expect(one).rejects.toBe(failure);
});

test('once a read has answered nobody joins another of the same document that began before: its answer may be older', async () => {
  const { flights, ask, start, reads } = airport();
  const first = ask();
  const second = flights.wait(start('db'));
  reads[0]?.finish('newer');
  expect(await first).toBe('newer');
  expect(flights.joinable('db')).toBeUndefined();
  reads[1]?.finish('older');
  expect(await second).toBe('older');
});
