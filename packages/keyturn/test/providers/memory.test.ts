import { expect, test } from 'vitest';
import { ConfigurationError, InvalidSecretError, UnsupportedError } from '../../src/core/errors.ts';
import { parseRef } from '../../src/core/ref.ts';
import { memory } from '../../src/providers/memory.ts';
import { calm, InstantClock, magicNames, reveal } from './scratch.ts';

test('it answers text and bytes, and what it was not given is absent', async () => {
  const source = memory({ 'prod/db': 's3cret', key: Uint8Array.of(0, 255) });
  expect(await reveal(source, 'prod/db')).toBe('s3cret');
  expect((await source.get(parseRef('key'), calm))?.bytes()).toEqual(Uint8Array.of(0, 255));
  expect(await reveal(source, 'other')).toBeUndefined();
});

test('each set makes the next version, and older ones stay readable', async () => {
  const source = memory({ db: 'one' });
  expect(await source.set(parseRef('db'), 'two', calm)).toEqual({ version: 'v2' });
  expect(await source.set(parseRef('new'), 'first', calm)).toEqual({ version: 'v1' });
  expect(await reveal(source, 'db')).toBe('two');
  expect(await reveal(source, 'db?version=v1')).toBe('one');
  expect(await reveal(source, 'db?version=v3')).toBeUndefined();
  expect((await source.get(parseRef('db'), calm))?.version).toBe('v2');
});

test('a version never means two values, not even after a delete', async () => {
  const source = memory({ db: 'one' });
  expect(await source.delete(parseRef('db'), calm)).toBe(true);
  expect(await source.delete(parseRef('db'), calm)).toBe(false);
  expect(await reveal(source, 'db?version=v1')).toBeUndefined();
  expect(await source.set(parseRef('db'), 'again', calm)).toEqual({ version: 'v2' });
});

test('a field is changed in the latest document, and the rest of it stays as written', async () => {
  const source = memory({ db: '{ "user": "app", "port": 5432.0 }' });
  await source.set(parseRef('db#user'), 'admin', calm);
  await source.set(parseRef('db#password'), 'p"w', calm);
  expect(await reveal(source, 'db')).toBe('{ "user": "admin", "port": 5432.0, "password": "p\\"w" }');
  expect(await source.delete(parseRef('db#user'), calm)).toBe(true);
  expect(await source.delete(parseRef('db#user'), calm)).toBe(false);
  expect(await reveal(source, 'db')).toBe('{ "port": 5432.0, "password": "p\\"w" }');
  await source.set(parseRef('fresh#password'), 'x', calm);
  expect(await reveal(source, 'fresh')).toBe('{"password":"x"}');
});

test('a field of what is no JSON object cannot be changed, and the error quotes nothing', async () => {
  const source = memory({ plain: 'hunter2-canary' });
  const error: unknown = await source.set(parseRef('plain#password'), 'x', calm).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InvalidSecretError);
  expect(String((error as Error).stack)).not.toContain('hunter2');
  expect(await reveal(source, 'plain')).toBe('hunter2-canary');
});

test('every call is recorded in order, also those that find nothing', async () => {
  const source = memory({ a: '1' });
  await source.get(parseRef('a'), calm);
  await source.get(parseRef('missing?version=v9'), calm);
  await source.getMany([parseRef('a'), parseRef('b')], calm);
  await source.set(parseRef('b'), 'x', calm);
  await source.list('a', calm);
  await source.delete(parseRef('b'), calm);
  await source.check(calm);
  expect(source.calls.map(({ op, name, version }) => [op, name, version])).toEqual([
    ['get', 'a', undefined],
    ['get', 'missing', 'v9'],
    ['getMany', 'a', undefined],
    ['getMany', 'b', undefined],
    ['set', 'b', undefined],
    ['list', 'a', undefined],
    ['delete', 'b', undefined],
    ['check', '', undefined],
  ]);
  source.reset();
  expect(source.calls).toEqual([]);
  expect(await reveal(source, 'a')).toBe('1');
});

test('getMany answers in order, with a gap for what is absent', async () => {
  const source = memory({ a: '1', b: '2' });
  const answers = await source.getMany([parseRef('b'), parseRef('none'), parseRef('a')], calm);
  expect(answers.map((answer) => (answer && 'reveal' in answer ? answer.reveal() : answer))).toEqual(['2', undefined, '1']);
});

test('list gives the names that begin with the prefix', async () => {
  const source = memory({ 'prod/a': '1', 'prod/b': '2', 'test/a': '3' });
  expect(await source.list('prod/', calm)).toEqual(['prod/a', 'prod/b']);
  expect(await source.list('', calm)).toHaveLength(3);
});

test.each(magicNames)('a secret called %s is one like any other', async (name) => {
  const source = memory();
  expect(await reveal(source, name)).toBeUndefined();
  await source.set(parseRef(name), 'x', calm);
  await source.set(parseRef(`doc#${name}`), 'y', calm);
  expect(await reveal(source, name)).toBe('x');
  expect((await source.get(parseRef('doc'), calm))?.field(name).reveal()).toBe('y');
  expect(Object.getOwnPropertyNames(Object.prototype)).toHaveLength(12);
});

test('bytes are copied in and out: changing one later changes nothing here', async () => {
  const bytes = Uint8Array.of(1, 2);
  const source = memory({ key: bytes });
  await source.set(parseRef('other'), bytes, calm);
  bytes[0] = 9;
  expect((await source.get(parseRef('key'), calm))?.bytes()).toEqual(Uint8Array.of(1, 2));
  expect((await source.get(parseRef('other'), calm))?.bytes()).toEqual(Uint8Array.of(1, 2));
});

test('a version cannot be written, a misspelt option is an error, and so is a value that is no text', async () => {
  await expect(memory().set(parseRef('a?version=v1'), 'x', calm)).rejects.toBeInstanceOf(UnsupportedError);
  expect(() => memory({}, { clok: 1 } as never)).toThrow(ConfigurationError);
  expect(() => memory({ a: 1 } as never)).toThrow(ConfigurationError);
});

test('each is a place of its own, and age is measured by the clock it was given', async () => {
  const clock = new InstantClock();
  const [one, two] = [memory({ a: '1' }, { clock }), memory({ a: '1' })];
  expect(one.identity).not.toBe(two.identity);
  const secret = await one.get(parseRef('a'), calm);
  clock.ms += 500;
  expect(secret?.ageMs).toBe(500);
});
