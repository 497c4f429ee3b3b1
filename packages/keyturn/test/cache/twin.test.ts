/** The cache against an obvious slow twin, one step after another; and against what may never happen, under every order of events. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSecrets, Secret } from '../../src/index.ts';
import type { Provider } from '../../src/index.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { denied, type Told, told, unavailable } from '../support/source.ts';

const ttl = 100_000;
const staleIfError = 300_000;
const names = ['a', 'b', 'c', 'd'];
const maxEntries = 3;

interface Kept {
  value: string;
  bornAt: number;
  usedAt: number;
  coolUntil: number;
  coolDown: number;
}

/** Keeps all in one list, looks at all of it at every step, and says what a reader gets. */
class Twin {
  kept = new Map<string, Kept>();
  absent = new Map<string, number>();
  uses = 0;
  readonly #source: Told;
  readonly #clock: FakeClock;

  constructor(source: Told, clock: FakeClock) {
    this.#source = source;
    this.#clock = clock;
  }

  get(name: string): string {
    const now = this.#clock.now();
    const kept = this.#usable(name);
    if (kept && now < kept.bornAt + ttl) {
      kept.usedAt = ++this.uses;
      const value = kept.value;
      if (now >= kept.bornAt + ttl * 0.8 && now >= kept.coolUntil) this.#read(name);
      return value;
    }
    if ((this.absent.get(name) ?? -Infinity) > now) return 'SECRET_NOT_FOUND';
    if (kept && now < kept.coolUntil) {
      kept.usedAt = ++this.uses;
      return `${kept.value} stale`;
    }
    const result = this.#read(name);
    const still = this.#usable(name);
    if (result === 'PROVIDER_UNAVAILABLE' && still) {
      still.usedAt = ++this.uses;
      return `${still.value} stale`;
    }
    return result;
  }

  peek(name: string): string {
    const kept = this.#usable(name);
    if (!kept || this.#clock.now() >= kept.bornAt + ttl) return 'nothing';
    kept.usedAt = ++this.uses;
    return kept.value;
  }

  forget(prefix: string): void {
    for (const name of names) if (name.startsWith(prefix)) this.kept.delete(name);
    this.absent.clear();
  }

  #usable(name: string): Kept | undefined {
    const kept = this.kept.get(name);
    if (kept && this.#clock.now() < kept.bornAt + ttl + staleIfError) return kept;
    this.kept.delete(name);
    return undefined;
  }

  #read(name: string): string {
    const now = this.#clock.now();
    const failure = this.#source.failure as { code?: string } | undefined;
    const kept = this.#usable(name);
    if (failure?.code === 'ACCESS_DENIED') this.kept.delete(name);
    if (failure?.code === 'PROVIDER_UNAVAILABLE' && kept) {
      kept.coolDown = kept.coolDown === 0 ? 1_000 : Math.min(kept.coolDown * 2, 30_000);
      kept.coolUntil = now + kept.coolDown;
    }
    if (failure) return failure.code as string;
    const value = this.#source.values.get(name);
    if (value === undefined) {
      this.kept.delete(name);
      this.absent.set(name, now + 5_000);
      return 'SECRET_NOT_FOUND';
    }
    this.absent.delete(name);
    if (!this.kept.has(name) && this.kept.size >= maxEntries) {
      const [oldest] = [...this.kept].sort(([, one], [, two]) => one.usedAt - two.usedAt)[0] as [string, Kept];
      this.kept.delete(oldest);
    }
    this.kept.set(name, { value, bornAt: now, usedAt: ++this.uses, coolUntil: -Infinity, coolDown: 0 });
    return value;
  }
}

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('get' as const), name: fc.constantFrom(...names) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('peek' as const), name: fc.constantFrom(...names) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('rotate' as const), name: fc.constantFrom(...names) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), name: fc.constantFrom(...names) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('invalidate' as const), name: fc.constantFrom(...names, '') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('fail', 'deny', 'mend') }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.constantFrom(1, 999, 1_000, 5_000, 79_999, 80_000, 100_000, 300_000) }) },
);

test('agrees with a slow twin, whatever happens one thing after another', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const clock = new FakeClock();
      const source = told({ a: 'a1', b: 'b1', c: 'c1', d: 'd1' }, { clock });
      const secrets = createSecrets({ providers: [source], clock, random: () => 0, ttl: '100s', staleIfError: '300s', maxEntries, sweepInterval: 'none' });
      const twin = new Twin(source, clock);
      let rotations = 1;
      for (const each of steps) {
        switch (each.do) {
          case 'get': {
            const given = await secrets.get(each.name).then(
              (secret) => secret.reveal() + (secret.stale ? ' stale' : ''),
              (error: unknown) => (error as { code: string }).code,
            );
            expect(given).toBe(twin.get(each.name));
            break;
          }
          case 'peek':
            expect(secrets.peek(each.name)?.reveal() ?? 'nothing').toBe(twin.peek(each.name));
            break;
          case 'rotate':
            source.rotate(each.name, `${each.name}${++rotations}`);
            break;
          case 'remove':
            source.values.delete(each.name);
            break;
          case 'invalidate':
            await secrets.invalidate({ prefix: each.name });
            twin.forget(each.name);
            break;
          case 'advance':
            await clock.advance(each.ms);
            break;
          default:
            source.failure = each.do === 'fail' ? unavailable() : each.do === 'deny' ? denied() : undefined;
        }
        // A read ahead that the step began is over before the next one.
        await settled();
      }
      expect(secrets.stats().entries).toBeLessThanOrEqual(maxEntries);
    }),
    { numRuns: 300 },
  );
}, 120_000);

test('a read that begins after an invalidation or a finished refresh never gives what was older then, in any order of events', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.constantFrom('get', 'get', 'invalidate', 'prefix', 'clear', 'rotate', 'refresh', 'prefetch', 'peek'), { minLength: 4, maxLength: 14 }),
      async (scheduler, actions) => {
        let current = 1;
        // No read that begins now may give an older version.
        let oldest = 1;
        const tooOld: string[] = [];
        const provider: Provider = {
          name: 'slow',
          async get(ref) {
            await scheduler.schedule(Promise.resolve(), 'the request travels');
            const version = current;
            await scheduler.schedule(Promise.resolve(), 'the answer travels');
            return new Secret({ ref, value: `${version}`, provider: 'slow', version: `${version}` });
          },
        };
        const secrets = createSecrets({ providers: [provider], attemptTimeout: 'none', deadline: 'none', sweepInterval: 'none' });
        const running: Promise<unknown>[] = [];
        const sequence = scheduler.scheduleSequence(
          actions.map((action) => ({
            label: action,
            builder: () => {
              const bound = oldest;
              const check = (secret: Secret | undefined) => {
                if (secret && Number(secret.reveal()) < bound) tooOld.push(`${action}: ${secret.reveal()} after ${bound}`);
              };
              if (action === 'rotate') current++;
              else if (action === 'peek') check(secrets.peek('db'));
              else if (action === 'get') running.push(secrets.get('db').then(check));
              else if (action === 'prefetch')
                running.push(
                  secrets.prefetch(['db', 'other'], { force: true }).then(([db]) => {
                    check(db);
                  }),
                );
              else if (action === 'refresh') {
                running.push(
                  secrets.refresh('db').then((secret) => {
                    check(secret);
                    oldest = Math.max(oldest, Number(secret.reveal()));
                  }),
                );
              } else {
                void (action === 'invalidate' ? secrets.invalidate('db') : action === 'prefix' ? secrets.invalidate({ prefix: 'd' }) : secrets.clear());
                oldest = Math.max(oldest, current);
              }
              return Promise.resolve();
            },
          })),
        );
        await scheduler.waitFor(sequence.task);
        await scheduler.waitFor(Promise.all(running));
        expect(tooOld).toEqual([]);
        expect(secrets.stats().flights).toBe(0);
        await secrets.close();
      },
    ),
    { numRuns: 3_000 },
  );
}, 120_000);
