/** The short way on the system's clock, whose time is given by hand: what it may not serve any more. */
import { afterEach, expect, test, vi } from 'vitest';
import { createSecrets } from '../../src/index.ts';
import { settled } from '../support/fake-clock.ts';
import { told, unavailable } from '../support/source.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Both of the system's clocks, moved by hand; a look is made, so that the short way is open in this turn. */
function handClock() {
  let passed = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => 1_000 + passed);
  vi.spyOn(Date, 'now').mockImplementation(() => 1_700_000_000_000 + passed);
  return {
    advance(ms: number) {
      passed += ms;
    },
  };
}

test('the short way serves nothing past its time, also while the value could still cover an outage', async () => {
  const clock = handClock();
  const provider = told({ a: '1', b: '2' });
  const secrets = createSecrets({ providers: [provider], ttl: '10s', staleIfError: '1h', random: () => 0 });
  await secrets.get('a');
  clock.advance(20_000);
  await settled();
  // Looks at the time: what follows in this turn may glance.
  secrets.peek('b');
  expect(secrets.peek('a')).toBeUndefined();
  expect(secrets.peek('a')).toBeUndefined();
  await secrets.close();
});

test('a hit on the short way begins to read ahead when the end is near', async () => {
  const clock = handClock();
  const provider = told({ a: '1', b: '2' });
  const secrets = createSecrets({ providers: [provider], ttl: '100s', random: () => 0 });
  await secrets.get('a');
  clock.advance(99_000);
  await settled();
  // Looks at the time: what follows in this turn may glance.
  secrets.peek('b');
  provider.rotate('a', '2');
  expect((await secrets.get('a')).reveal()).toBe('1');
  await settled();
  expect((await secrets.get('a')).reveal()).toBe('2');
  expect(provider.reads).toEqual(['a', 'a']);
  await secrets.close();
});

test('in a turn without end the time is looked at every sixty-four hits', async () => {
  const clock = handClock();
  const secrets = createSecrets({ providers: [told({ a: '1' })], ttl: '10s', random: () => 0 });
  await secrets.get('a');
  const served: boolean[] = [];
  for (let read = 0; read < 64; read++) {
    clock.advance(1_000);
    served.push(secrets.peek('a') !== undefined);
  }
  clock.advance(1_000);
  expect(served.length).toBe(64);
  expect(secrets.peek('a')).toBeUndefined();
  await secrets.close();
});

test('after an outage on the short way a cool-down that outlasts freshness does not prolong it', async () => {
  const clock = handClock();
  const provider = told({ a: '1', b: '2' });
  const secrets = createSecrets({ providers: [provider], ttl: '10s', staleIfError: '1h', random: () => 0 });
  await secrets.get('a');
  clock.advance(9_900);
  provider.failure = unavailable();
  await expect(secrets.refresh('a')).rejects.toThrow();
  clock.advance(500);
  await settled();
  secrets.peek('b');
  expect((await secrets.get('a')).stale).toBe(true);
  await secrets.close();
});
