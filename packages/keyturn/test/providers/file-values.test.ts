import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { file } from '../../src/providers/file.ts';
import { awkwardPasswords, calm, magicNames, place, reveal, scratch } from './scratch.ts';

/** As a careful person would write it by hand, in each quoting that can carry it. */
const yamlSpellings = (value: string): string[] => [
  JSON.stringify(value).replaceAll(/[\u007f-\u00a0\u2028\u2029\ufeff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
  ...(/[\n\r\t\p{Cc}\u2028\ufeff]/u.test(value) ? [] : [`'${value.replaceAll("'", "''")}'`]),
  ...(/^[\w.+-][\w.+:/-]*$/.test(value) && !/^-{1,3}$|^\.\.\.$|:$|^- /.test(value) ? [value] : []),
];
const dotenvSpellings = (value: string): string[] => [
  `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}"`,
  `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`,
  ...(value.includes("'") ? [] : [`'${value}'`]),
  ...(/^[^\s'"#][^\s#]*$/.test(value) ? [value] : []),
];

test('there are more than sixty passwords to try', () => {
  expect(new Set(awkwardPasswords).size).toBeGreaterThan(60);
});

test.each(awkwardPasswords.map((value) => [JSON.stringify(value).slice(0, 40), value]))(
  'the password %s comes back byte for byte from files written by hand',
  async (_, value) => {
    const folder = scratch();
    const json = file({ path: place(path.join(folder, 's.json'), JSON.stringify({ 'prod/db': value })) });
    expect(await reveal(json, 'prod/db')).toBe(value);
    for (const [index, spelling] of yamlSpellings(value).entries()) {
      const yaml = file({ path: place(path.join(folder, `${index}.yaml`), `# ours\nprod/db: ${spelling}\nother: x\n`) });
      expect(await reveal(yaml, 'prod/db'), spelling).toBe(value);
    }
    for (const [index, spelling] of dotenvSpellings(value).entries()) {
      const dotenv = file({ path: place(path.join(folder, `.env.${index}`), `# ours\nexport PROD_DB=${spelling}\nOTHER=x\n`) });
      expect(await reveal(dotenv, 'prod/db'), spelling).toBe(value);
    }
    place(path.join(folder, 'files', 'prod', 'db'), value);
    expect(await reveal(file({ path: path.join(folder, 'files') }), 'prod/db')).toBe(value);
  },
);

test.each(['s.json', 's.yaml', 's.yml', '.env', 'files/'])(
  'every password survives a set in %s byte for byte, with all the others beside it',
  async (name) => {
    const provider = file({ path: `${scratch()}/${name}` });
    for (const [index, value] of awkwardPasswords.entries()) await provider.set!({ name: `prod/s${index}` }, value, calm);
    for (const [index, value] of awkwardPasswords.entries()) expect(await reveal(provider, `prod/s${index}`), JSON.stringify(value)).toBe(value);
  },
  30_000,
);

test.each(['s.json', 's.yaml', '.env', 'files/'])(
  'every password survives as a field in %s',
  async (name) => {
    const provider = file({ path: `${scratch()}/${name}` });
    await provider.set!({ name: 'prod/db' }, '{"user":"app"}', calm);
    for (const [index, value] of awkwardPasswords.entries()) {
      await provider.set!({ name: 'prod/db', field: `f${index % 7}` }, value, calm);
      const document = await provider.get({ name: 'prod/db' }, calm);
      expect(document?.field(`f${index % 7}`).reveal()).toBe(value);
      expect(document?.field('user').reveal()).toBe('app');
    }
  },
  30_000,
);

test.each(['s.json', 's.yaml', 'files/'])('names that mean something to JavaScript are names like any other in %s', async (name) => {
  const provider = file({ path: `${scratch()}/${name}` });
  for (const magic of magicNames) {
    expect(await reveal(provider, magic)).toBeUndefined();
    expect(await reveal(provider, `a/${magic}`)).toBeUndefined();
    await provider.set!({ name: magic }, `value of ${magic}`, calm);
    await provider.set!({ name: 'document', field: magic }, `field ${magic}`, calm);
  }
  for (const magic of magicNames) {
    expect(await reveal(provider, magic)).toBe(`value of ${magic}`);
    expect((await provider.get({ name: 'document' }, calm))?.field(magic).reveal()).toBe(`field ${magic}`);
    expect(await reveal(provider, `${magic}/length`)).toBeUndefined();
  }
  expect(Object.getOwnPropertyNames(Object.prototype)).toHaveLength(12);
  expect(({} as Record<string, unknown>)['value of __proto__']).toBeUndefined();
});

test('a magic key written by hand is found in JSON and YAML, nested too', async () => {
  const folder = scratch();
  const json = file({ path: place(path.join(folder, 's.json'), '{"__proto__":{"constructor":"a"},"toString":"b"}') });
  const yaml = file({ path: place(path.join(folder, 's.yaml'), '__proto__: {constructor: a}\ntoString: b\n') });
  for (const provider of [json, yaml]) {
    expect(await reveal(provider, '__proto__/constructor')).toBe('a');
    expect(await reveal(provider, 'toString')).toBe('b');
    expect(await reveal(provider, 'valueOf')).toBeUndefined();
  }
});

test('bytes are kept as they are in a folder of files, and refused where only text fits', async () => {
  const folder = scratch();
  const bytes = Uint8Array.of(0, 255, 10, 13, 0xef, 0xbb, 0xbf);
  const files = file({ path: `${folder}/files/` });
  await files.set!({ name: 'key' }, bytes, calm);
  expect((await files.get({ name: 'key' }, calm))?.bytes()).toEqual(bytes);
  for (const name of ['s.json', 's.yaml', '.env']) {
    const provider = file({ path: path.join(folder, name) });
    await expect(provider.set!({ name: 'key' }, bytes, calm)).rejects.toMatchObject({ code: 'INVALID_SECRET' });
    await provider.set!({ name: 'key' }, new TextEncoder().encode('grün'), calm);
    expect(await reveal(provider, 'key')).toBe('grün');
  }
  expect(fs.readdirSync(folder).sort()).toEqual(['.env', 'files', 's.json', 's.yaml']);
});

test('text with half a character in it is refused, and so is a NUL in dotenv', async () => {
  const folder = scratch();
  for (const name of ['s.json', 's.yaml', '.env', 'files/']) {
    await expect(file({ path: `${folder}/${name}` }).set!({ name: 'a' }, 'x\ud800', calm)).rejects.toMatchObject({ code: 'INVALID_SECRET' });
  }
  await expect(file({ path: `${folder}/.env` }).set!({ name: 'a' }, 'x\0y', calm)).rejects.toMatchObject({ code: 'INVALID_SECRET' });
  for (const name of ['s.json', 's.yaml']) {
    const provider = file({ path: `${folder}/${name}` });
    await provider.set!({ name: 'a' }, 'x\0y', calm);
    expect(await reveal(provider, 'a')).toBe('x\0y');
  }
});
