/** What a hit tells and asks, in each way it can be given. */
import { afterEach, expect, test, vi } from 'vitest';
import { wantOf } from '../../src/core/ref.ts';
import { createSecrets } from '../../src/index.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { told } from '../support/source.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

test.each([
  ["the system's clock", undefined],
  ["a clock of one's own", new FakeClock()],
])('on %s every hit is told once, with the document and the provider, also of a field and of peek', async (_, clock) => {
  const secrets = createSecrets({ providers: [told({ a: '{"x":"1"}' }, { ...(clock && { clock }) })], clock });
  await secrets.get('a#x');
  const hits: unknown[] = [];
  const leave = secrets.on('hit', (event) => hits.push(event));
  const about = { ref: { name: 'a' }, provider: 'told' };
  for (let read = 1; read <= 3; read++) {
    await settled();
    // The first one looks at the time, those that follow in the same turn may glance.
    void secrets.get('a');
    void secrets.get('a#x');
    secrets.peek('a');
    secrets.peek('a#x');
    secrets.peek({ name: 'a', field: 'x' });
    await secrets.get({ name: 'a' });
    expect(hits).toEqual(Array.from({ length: 6 * read }, () => about));
  }
  expect(secrets.stats().hits).toBe(18);
  leave();
  secrets.peek('a');
  expect(hits).toHaveLength(18);
  await secrets.close();
});

test.each([
  ['get with an object', (secrets: ReturnType<typeof createSecrets>) => secrets.get({ name: 'a' })],
  ['get with options', (secrets: ReturnType<typeof createSecrets>) => secrets.get('a', { timeout: '1s' })],
  ['get of a text not read before', (secrets: ReturnType<typeof createSecrets>) => secrets.get('a#x').then(() => secrets.get('a'))],
  ['get', (secrets: ReturnType<typeof createSecrets>) => secrets.get('a')],
  ['prefetch', async (secrets: ReturnType<typeof createSecrets>) => (await secrets.prefetch(['a']))[0]!],
])('a local source that changed is noticed by %s, a second after it was last asked', async (_, read) => {
  const clock = new FakeClock();
  const provider = told({ a: '{"x":1}' }, { clock });
  let isChanged = false;
  provider.hasChanged = () => {
    const was = isChanged;
    isChanged = false;
    return was;
  };
  const secrets = createSecrets({ providers: [provider], clock, ttl: '1h', random: () => 0 });
  await secrets.get('a');
  await clock.advance(1_000);
  secrets.peek('b');
  provider.rotate('a', '{"x":2}');
  isChanged = true;
  await clock.advance(1_000);
  expect((await read(secrets)).reveal()).toBe('{"x":2}');
  await secrets.close();
});

test('an invalidation tells the document, also when a field of it was named', async () => {
  const secrets = createSecrets({ providers: [told({ a: '{"x":"1"}' })] });
  const events: unknown[] = [];
  secrets.on('invalidate', (event) => events.push(event));
  await secrets.invalidate('a#x');
  await secrets.invalidate({ name: 'a', field: 'x' });
  expect(events).toEqual([{ ref: { name: 'a' } }, { ref: { name: 'a' } }]);
  await secrets.close();
});

test('one document has one place in memory, in whatever spelling it is asked for', async () => {
  const provider = told({ 'a?b': '{"x":"1"}' });
  const secrets = createSecrets({ providers: [provider] });
  for (const text of ['a%3fb', 'a%3Fb', 'a%3fb#x', 'a%3Fb#x', { name: 'a?b' }]) {
    await secrets.get(text);
    expect(secrets.peek(text)).toBe(await secrets.get(text));
  }
  expect(secrets.peek('a%3fb#x')).toBe(secrets.peek('a%3Fb#x'));
  expect(provider.reads).toEqual(['a?b']);
  expect(secrets.stats().entries).toBe(1);
  const [given, canonical] = [wantOf('a%3fb#x'), wantOf('a%3Fb#x')];
  expect([given.text, given.documentText]).toEqual([canonical.text, canonical.documentText]);
  expect([given.text, wantOf('a%3fb').documentText]).toEqual(['a%3Fb#x', 'a%3Fb']);
  await secrets.close();
});

test('a write that ends after the close is no unhandled rejection', async () => {
  const unhandled = vi.fn<() => void>();
  process.on('unhandledRejection', unhandled);
  const clock = new FakeClock();
  const provider = told({ a: '1' }, { clock });
  const finished = Promise.withResolvers<{ version?: string }>();
  provider.set = vi.fn<() => typeof finished.promise>(() => finished.promise);
  const { set } = provider;
  const secrets = createSecrets({ providers: [provider], clock });
  const written = secrets.set('a', '2');
  await vi.waitFor(() => {
    expect(set).toHaveBeenCalledOnce();
  });
  await secrets.close();
  finished.resolve({});
  await written.catch(() => undefined);
  await settled();
  await settled();
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});
