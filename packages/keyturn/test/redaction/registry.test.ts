import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { setTimeout } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { Secret } from '../../src/core/secret.ts';
import { processScrubber, Scrubber } from '../../src/redaction/index.ts';
import { FakeClock } from '../support/fake-clock.ts';

const hour = 3_600_000;

function secretOf(value: string | Uint8Array): Secret {
  return new Secret({ ref: { name: 'prod/db' }, value, provider: 'memory' });
}

/** Collects garbage until `isDone`: finalizers run some turns after the collection. */
async function collectUntil(isDone: () => boolean): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let turn = 0; turn < 50 && !isDone(); turn++) {
    collect();
    await setTimeout(1);
  }
}

test('every scalar of a document is hidden, and its names are not', () => {
  const scrubber = new Scrubber();
  const document = '{\n  "username": "app-user",\n  "nested": { "password": "hunter2-hunter2", "pin": 12345678 },\n  "keys": ["first-key", "second-key"]\n}';
  const secret = secretOf(document);
  scrubber.remember(secret);
  expect(scrubber.scrub('app-user hunter2-hunter2 12345678 first-key second-key')).not.toMatch(/app-user|hunter2|1234|first|second/);
  expect(scrubber.scrub(`<${document}>`)).toBe('<[redacted]>');
  expect(scrubber.scrub('"nested": {')).toBe('"nested": {');
});

test('bytes that are not text are hidden', () => {
  const scrubber = new Scrubber();
  const secret = secretOf(Buffer.from('fffe00112233445566', 'hex'));
  scrubber.remember(secret);
  expect(scrubber.scrub('key=fffe00112233445566')).toBe('key=[redacted]');
});

test('a value is hidden for an hour after it was let go, and not longer', async () => {
  const clock = new FakeClock();
  const scrubber = new Scrubber({ clock });
  const letGo = scrubber.add('hunter2-hunter2');
  await clock.advance(100 * hour);
  expect(scrubber.scrub('hunter2-hunter2')).toBe('[redacted]');
  letGo();
  await clock.advance(hour - 1);
  expect(scrubber.scrub('hunter2-hunter2')).toBe('[redacted]');
  await clock.advance(1);
  expect(scrubber.scrub('hunter2-hunter2')).toBe('hunter2-hunter2');
});

test('a value with two holders is hidden until both have let go, and letting go twice counts once', async () => {
  const clock = new FakeClock();
  const scrubber = new Scrubber({ clock });
  const first = scrubber.add('hunter2-hunter2');
  const second = scrubber.add('hunter2-hunter2');
  first();
  first();
  await clock.advance(2 * hour);
  expect(scrubber.scrub('hunter2-hunter2')).toBe('[redacted]');
  second();
  await clock.advance(hour);
  expect(scrubber.scrub('hunter2-hunter2')).toBe('hunter2-hunter2');
});

test('a value that comes back within its last hour stays', async () => {
  const clock = new FakeClock();
  const scrubber = new Scrubber({ clock });
  scrubber.add('hunter2-hunter2')();
  await clock.advance(hour - 1);
  scrubber.add('hunter2-hunter2');
  await clock.advance(10 * hour);
  expect(scrubber.scrub('hunter2-hunter2')).toBe('[redacted]');
});

test('a value is hidden while its Secret is alive, and for an hour after the Secret is gone', async () => {
  const clock = new FakeClock();
  const scrubber = new Scrubber({ clock });
  let secret: Secret | undefined = secretOf('hunter2-hunter2');
  const gone = new WeakRef(secret);
  scrubber.remember(secret);
  scrubber.remember(secret);
  await collectUntil(() => false);
  await clock.advance(10 * hour);
  expect(scrubber.scrub('hunter2-hunter2')).toBe('[redacted]');
  expect(secret.reveal()).toBe('hunter2-hunter2');
  secret = undefined;
  await collectUntil(() => gone.deref() === undefined);
  await collectUntil(() => false);
  await clock.advance(hour - 1);
  expect(scrubber.scrub('hunter2-hunter2')).toBe('[redacted]');
  await clock.advance(1);
  expect(scrubber.scrub('hunter2-hunter2')).toBe('hunter2-hunter2');
});

test('while a pin is held nothing is forgotten', async () => {
  const clock = new FakeClock();
  const scrubber = new Scrubber({ clock });
  scrubber.add('hunter2-hunter2')();
  const first = scrubber.pin();
  const second = scrubber.pin();
  await clock.advance(10 * hour);
  expect(scrubber.scrub('hunter2-hunter2')).toBe('[redacted]');
  first();
  first();
  expect(scrubber.scrub('hunter2-hunter2')).toBe('[redacted]');
  second();
  expect(scrubber.scrub('hunter2-hunter2')).toBe('hunter2-hunter2');
});

test('over the bound values in their last hour go first, then the oldest, with one warning', () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  const scrubber = new Scrubber({ clock: new FakeClock(), maxValues: 3 });
  scrubber.add('oldest-value');
  scrubber.add('leaving-value')();
  scrubber.add('middle-value');
  scrubber.add('newest-value');
  expect(scrubber.scrub('oldest-value leaving-value middle-value newest-value')).toBe('[redacted] leaving-value [redacted] [redacted]');
  expect(warn).not.toHaveBeenCalled();
  scrubber.add('oldest-value');
  scrubber.add('another-value');
  scrubber.add('one-more-value');
  expect(scrubber.scrub('oldest-value middle-value newest-value another-value one-more-value')).toBe(
    '[redacted] middle-value newest-value [redacted] [redacted]',
  );
  expect(warn).toHaveBeenCalledTimes(1);
  warn.mockRestore();
});

test('a pin outranks the bound', () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  const scrubber = new Scrubber({ clock: new FakeClock(), maxValues: 1 });
  const release = scrubber.pin();
  scrubber.add('first-value');
  scrubber.add('second-value');
  expect(scrubber.scrub('first-value second-value')).toBe('[redacted] [redacted]');
  release();
  expect(scrubber.scrub('first-value second-value')).toBe('first-value [redacted]');
  warn.mockRestore();
});

test('a value that left over the bound and came back is let go by its new holder only', async () => {
  const clock = new FakeClock();
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  const scrubber = new Scrubber({ clock, maxValues: 1 });
  const before = scrubber.add('first-value');
  scrubber.add('second-value')();
  scrubber.add('first-value');
  before();
  await clock.advance(2 * hour);
  expect(scrubber.scrub('first-value')).toBe('[redacted]');
  vi.restoreAllMocks();
});

test('the lines of a text are hidden also when the same text came as a part of a document first', () => {
  const text = '[1, 2,\n "hunter2-hunter2"]';
  const scrubber = new Scrubber();
  const document = secretOf(text);
  scrubber.remember(document);
  expect(scrubber.scrub('[1, 2, "hunter2-hunter2"]')).toBe('[1, 2, "[redacted]"]');
  scrubber.add(text);
  expect(scrubber.scrub('"hunter2-hunter2"]')).toBe('[redacted]');
  expect(document.reveal()).toBe(text);
});

test('a replaced value of exactly the length of the mark is replaced', () => {
  const scrubber = new Scrubber();
  scrubber.add('hunter2-hu');
  expect(scrubber.scrub('hunter2-hu')).toBe('[redacted]');
});

test('text without a value is given back as it is, also when it is not well-formed', () => {
  const scrubber = new Scrubber();
  scrubber.add('hunter2-hunter2');
  expect(scrubber.scrub('half a \ud83d character')).toBe('half a \ud83d character');
});

test('bytes are copied when they are added', () => {
  const scrubber = new Scrubber();
  const bytes = Buffer.from('hunter2-hunter2');
  scrubber.add(bytes);
  bytes.fill(0);
  expect(scrubber.scrub('hunter2-hunter2')).toBe('[redacted]');
});

test('the process has one scrubber, and it shows nothing of what it knows', () => {
  const letGo = processScrubber.add('hunter2-hunter2');
  expect(JSON.stringify(processScrubber)).toBe('{}');
  expect(processScrubber.scrub('hunter2-hunter2')).toBe('[redacted]');
  letGo();
});
