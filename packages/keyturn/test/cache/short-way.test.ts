/** Hits on the system's clock, which take the short way: a guess at what is read next, the time looked at once a turn. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSecrets } from '../../src/index.ts';
import type { Secret, SecretRef } from '../../src/index.ts';
import { settled } from '../support/fake-clock.ts';
import { told } from '../support/source.ts';

const names = ['a', 'b', 'c'];
const texts = [...names, ...names.map((name) => `${name}#x`)];
const maxEntries = 2;
const json = (name: string, version: number) => JSON.stringify({ x: `${name} ${version}` });

/** The kept documents, the least recently used first. */
class Twin {
  kept: { name: string; version: number }[] = [];
  hits = 0;

  use(name: string): number | undefined {
    const found = this.kept.find((each) => each.name === name);
    if (!found) return undefined;
    this.kept = [...this.kept.filter((each) => each !== found), found];
    return found.version;
  }

  put(name: string, version: number): void {
    const others = this.kept.filter((each) => each.name !== name);
    const isNew = others.length === this.kept.length;
    this.kept = [...others.slice(isNew && others.length === maxEntries ? 1 : 0), { name, version }];
  }
}

const step = fc.tuple(
  fc.constantFrom('get', 'get', 'get', 'peek', 'peek', 'peek', 'rotate', 'refresh', 'invalidate', 'prefix', 'clear', 'turn'),
  fc.nat(texts.length - 1),
);

test('whatever is read, rotated and forgotten, in whatever order, a hit gives what is kept', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 150, size: 'max' }), async (steps) => {
      const versions = new Map(names.map((name) => [name, 1]));
      const provider = told(Object.fromEntries(names.map((name) => [name, json(name, 1)])));
      const secrets = createSecrets({ providers: [provider], maxEntries });
      const twin = new Twin();
      const shown = (text: string, version: number | undefined) => {
        if (version === undefined) return undefined;
        const name = text.charAt(0);
        return text.length > 1 ? `${name} ${version}` : json(name, version);
      };
      for (const [what, at] of steps) {
        const text = texts[at]!;
        const name = text.charAt(0);
        if (what === 'rotate') {
          versions.set(name, versions.get(name)! + 1);
          provider.rotate(name, json(name, versions.get(name)!));
        } else if (what === 'get' || what === 'refresh') {
          const kept = what === 'get' ? twin.use(name) : undefined;
          if (kept === undefined) twin.put(name, versions.get(name)!);
          else twin.hits++;
          const secret = what === 'get' ? await secrets.get(text) : await secrets.refresh(text);
          expect(secret.reveal()).toBe(shown(text, kept ?? versions.get(name)));
        } else if (what === 'peek') {
          const kept = twin.use(name);
          if (kept !== undefined) twin.hits++;
          expect(secrets.peek(text)?.reveal()).toBe(shown(text, kept));
        } else if (what === 'invalidate') {
          twin.kept = twin.kept.filter((each) => each.name !== name);
          await secrets.invalidate(text);
        } else if (what === 'prefix') {
          twin.kept = twin.kept.filter((each) => each.name !== name);
          void secrets.invalidate({ prefix: name });
        } else if (what === 'clear') {
          twin.kept = [];
          void secrets.clear();
        } else {
          await settled();
        }
      }
      expect(secrets.stats()).toMatchObject({ entries: twin.kept.length, hits: twin.hits });
      await secrets.close();
    }),
    { numRuns: 300 },
  );
});

test('a field that was read after another secret is not found where it was, once its document was read anew', async () => {
  const provider = told({ a: json('a', 1), b: '2' });
  const secrets = createSecrets({ providers: [provider] });
  const read = async () => [(await secrets.get('b')).reveal(), (await secrets.get('a#x')).reveal(), secrets.peek('b')?.reveal(), secrets.peek('a#x')?.reveal()];
  for (let round = 0; round < 3; round++) expect(await read()).toEqual(['2', 'a 1', '2', 'a 1']);
  provider.rotate('a', json('a', 2));
  await secrets.refresh('a');
  for (let round = 0; round < 3; round++) expect(await read()).toEqual(['2', 'a 2', '2', 'a 2']);
  await secrets.close();
});

test('more than sixty-four hits in one turn are all counted, and so are those before a close', async () => {
  const secrets = createSecrets({ providers: [told({ a: '1', b: '2' })] });
  await secrets.get('a');
  await secrets.get('b');
  for (let read = 0; read < 500; read++) {
    secrets.peek(read % 2 === 0 ? 'a' : 'b');
    void secrets.get('a');
  }
  expect(secrets.stats()).toMatchObject({ hits: 1_000, misses: 2 });
  await secrets.close();
  expect(secrets.stats()).toMatchObject({ hits: 1_000, misses: 2 });
  for (let read = 0; read < 3; read++) {
    expect(() => secrets.peek('a')).toThrow(/closed/);
    await expect(secrets.get('a')).rejects.toThrow(/closed/);
  }
  expect(secrets.stats()).toMatchObject({ hits: 1_000, misses: 2 });
});

test('a text that is no reference is refused, also after a hit, an eviction and an invalidation', async () => {
  const secrets = createSecrets({ providers: [told({ a: '1', b: '2', c: '3' })], maxEntries: 2 });
  for (const text of ['a', 'b', 'c', 'a']) await secrets.get(text);
  await secrets.invalidate('a');
  for (const text of ['', '\0', ' \0']) {
    await expect(secrets.get(text)).rejects.toMatchObject({ code: 'INVALID_REFERENCE' });
    expect(() => secrets.peek(text)).toThrow(expect.objectContaining({ code: 'INVALID_REFERENCE' }));
  }
  await secrets.close();
});

test('an object that is a reference is found like its text', async () => {
  const provider = told({ a: json('a', 1) });
  const secrets = createSecrets({ providers: [provider] });
  const ref: SecretRef = { name: 'a', field: 'x' };
  for (let read = 0; read < 3; read++) {
    await secrets.get('a#x');
    expect((await secrets.get(ref)).reveal()).toBe('a 1');
    expect(secrets.peek(ref)?.reveal()).toBe('a 1');
  }
  expect(provider.reads).toEqual(['a']);
  await secrets.close();
});

test('a value that was forgotten is not held by what was read before and after it', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const secrets = createSecrets({ providers: [told({ a: '1', b: json('b', 1), c: '3' })] });
  const held: WeakRef<Secret>[] = [];
  const read = async () => {
    for (const text of ['a', 'b', 'b#x', 'c', 'a', 'b', 'b#x', 'c']) {
      await secrets.get(text);
      const secret = secrets.peek(text);
      if (text.startsWith('b')) held.push(new WeakRef(secret!));
    }
  };
  await read();
  await secrets.invalidate('b');
  for (let turn = 0; turn < 3; turn++) {
    await settled();
    collect();
  }
  expect(held.map((each) => each.deref())).toEqual([undefined, undefined, undefined, undefined]);
  expect(secrets.peek('a')?.reveal()).toBe('1');
  await secrets.close();
});
