import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Emitter, type EventName, type Events } from '../../src/core/events.ts';
import { settled } from '../support/fake-clock.ts';

const about: Events['hit'] = { ref: { name: 'prod/db' }, provider: 'cloud' };
let warnings: { message: string; code: unknown }[] = [];

beforeEach(() => {
  warnings = [];
  vi.spyOn(process, 'emitWarning').mockImplementation(((message: string, options: { code: string }) => {
    warnings.push({ message, code: options.code });
  }) as never);
});

afterEach(() => {
  vi.restoreAllMocks();
});

test('every listener of an event is told, in order, and no other', () => {
  const events = new Emitter();
  const told: string[] = [];
  events.on('evict', () => told.push('first'));
  events.on('evict', () => told.push('second'));
  events.on('stale', () => told.push('stale'));
  events.emit('evict', about);
  expect(told).toEqual(['first', 'second']);
});

test('an event that nobody listens to harms nobody', () => {
  const events = new Emitter();
  for (const name of ['hit', 'miss', 'error', 'prefetch'] as const)
    expect(() => {
      events.emit(name, {} as never);
    }).not.toThrow();
  expect(events.hit).toBeUndefined();
});

test.each<EventName>(['hit', 'evict', 'error'])('a listener that throws on "%s" harms neither the others nor the one who emits', (name) => {
  const events = new Emitter();
  const told = vi.fn<() => void>();
  events.on(name, () => {
    throw new Error('hunter2');
  });
  events.on(name, told);
  expect(() => {
    events.emit(name, about as never);
  }).not.toThrow();
  if (name === 'hit') expect(() => events.hit?.(about)).not.toThrow();
  expect(told).toHaveBeenCalledTimes(name === 'hit' ? 2 : 1);
  expect(warnings[0]).toEqual({ message: `A listener for "${name}" threw.`, code: 'KEYTURN_LISTENER' });
  expect(JSON.stringify(warnings)).not.toContain('hunter2');
});

test('an async listener that fails is a warning, not the end of the process', async () => {
  const unhandled = vi.fn<() => void>();
  process.on('unhandledRejection', unhandled);
  const events = new Emitter();
  const fails = async () => {
    await settled();
    throw new Error('hunter2');
  };
  events.on('rotate', fails as () => void);
  events.on('hit', () => Promise.reject(new Error('hunter2')) as never);
  events.emit('rotate', { ...about, from: '1', to: '2' });
  events.hit?.(about);
  await settled();
  await settled();
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
  expect(warnings.map(({ message }) => message).sort()).toEqual(['A listener for "hit" threw.', 'A listener for "rotate" threw.']);
});

test('who unsubscribes is not told any more, and unsubscribing twice is no harm', () => {
  const events = new Emitter();
  const [first, second] = [vi.fn<() => void>(), vi.fn<() => void>()];
  const off = events.on('evict', first);
  events.on('evict', second);
  off();
  off();
  events.emit('evict', about);
  expect(first).not.toHaveBeenCalled();
  expect(second).toHaveBeenCalledOnce();
});

test('one function that listens twice is told twice, and each unsubscriber ends one of them', () => {
  const events = new Emitter();
  const told = vi.fn<() => void>();
  const off = events.on('evict', told);
  events.on('evict', told);
  events.emit('evict', about);
  expect(told).toHaveBeenCalledTimes(2);
  off();
  off();
  events.emit('evict', about);
  expect(told).toHaveBeenCalledTimes(3);
});

test('who unsubscribes or subscribes while an event is told changes the next one, not this one', () => {
  const events = new Emitter();
  const told: string[] = [];
  const off = events.on('evict', () => {
    off();
    events.on('evict', () => told.push('late'));
    told.push('first');
  });
  events.on('evict', () => told.push('second'));
  events.emit('evict', about);
  expect(told).toEqual(['first', 'second']);
  events.emit('evict', about);
  expect(told).toEqual(['first', 'second', 'second', 'late']);
});

test('hits have somebody to call only while somebody listens', () => {
  const events = new Emitter();
  const told: string[] = [];
  const offs = ['a', 'b', 'c'].map((name) => events.on('hit', () => told.push(name)));
  events.hit?.(about);
  offs[1]?.();
  events.hit?.(about);
  offs[0]?.();
  events.hit?.(about);
  offs[2]?.();
  expect(events.hit).toBeUndefined();
  expect(told).toEqual(['a', 'b', 'c', 'a', 'c', 'c']);
});
