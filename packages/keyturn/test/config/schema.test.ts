/** The published schema and the reader of the configuration file say the same of a file. What loads in any test here is held to the schema by `Machine`. */
import fc from 'fast-check';
import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { interpret } from '../../src/config/interpret.ts';
import { commonOptions, type OptionType, providerOptions, secretOptions, settings, type SettingType } from '../../src/config/settings.ts';
import { parseTree } from '../../src/config/tree.ts';
import { durationOf, settingOf } from '../../src/config/values.ts';
import { parseDuration } from '../../src/core/clock.ts';
import { env } from '../../src/providers/env.ts';
import { blocksOf, pages } from '../pages/blocks.ts';
import { root } from '../pages/workplace.ts';
import { problemBy, problemInConfiguration } from '../support/schemas.ts';
import { bareNumbers, noDurations, otherMistakes, unknownNames } from './cases.ts';
import { Machine } from './fixture.ts';

const isRight = (document: unknown) => problemBy('keyturn.schema.json', document) === undefined;
const holds = (work: () => unknown) => {
  try {
    work();
    return true;
  } catch (error) {
    if (/over 100 years/.test((error as Error).message)) return 'the schema says less';
    return false;
  }
};

test.for([...unknownNames.map(([text]) => text), ...bareNumbers, ...noDurations.map((text) => `cache: { ttl: "${text}" }`), ...otherMistakes])(
  '%s is wrong by the schema, too',
  (text) => {
    expect(problemInConfiguration(text, 'keyturn.yaml')).toBeDefined();
  },
);

test('every configuration on a page or among the examples loads, and is right by the schema', async () => {
  const blocks = pages.flatMap(blocksOf).filter(({ notes }) => /keyturn\.(?:yaml|json)$/.test(notes.get('file') ?? ''));
  const examples = fs.readdirSync(join(root, 'examples')).filter((name) => name.startsWith('keyturn.'));
  const files = [...blocks.map(({ notes, text }) => ({ name: notes.get('file')!, text }))];
  files.push(...examples.map((name) => ({ name, text: fs.readFileSync(join(root, 'examples', name), 'utf8') })));
  expect(files.length).toBeGreaterThan(3);
  for (const { name, text } of files) {
    const machine = new Machine();
    machine.file(`home/${name}`, text);
    await expect(machine.load({ file: name })).resolves.toHaveProperty('file');
  }
});

/** Words of which durations and numbers are made, put together in any way, and anything else. */
const nearlyDurations = fc.oneof(
  fc.array(fc.oneof(fc.nat(400).map(String), fc.constantFrom('.', '0', '00', '-', ' ', '+', 'e', 'ms', 's', 'm', 'h', 'd', 'S', 'none')), { maxLength: 8 }),
  fc.array(
    fc.tuple(fc.stringMatching(/^\d{1,17}(?:\.\d{1,17})?$/), fc.constantFrom('ms', 's', 'm', 'h', 'd')).map((parts) => parts.join('')),
    {
      minLength: 1,
      maxLength: 6,
    },
  ),
  fc.array(fc.string({ maxLength: 3 }), { maxLength: 3 }),
);

test('a text is a duration by the schema exactly if the reader takes it, up to a hundred years', () => {
  let taken = 0;
  fc.assert(
    fc.property(
      nearlyDurations.map((parts) => parts.join('')),
      (text) => {
        const read = holds(() => durationOf(text, 'x'));
        if (read === true) taken++;
        if (read === 'the schema says less') return;
        expect(isRight({ cache: { ttl: text } })).toBe(read);
        expect(isRight({ deadline: text })).toBe(read && parseDuration(text, 'x') > 0);
      },
    ),
    { numRuns: 3_000 },
  );
  expect(taken).toBeGreaterThan(100);
});

test('a number is a duration only if it is 0', () => {
  fc.assert(
    fc.property(fc.oneof(fc.double(), fc.integer(), fc.constant(0)), (number) => {
      expect(isRight({ cache: { ttl: number } })).toBe(holds(() => durationOf(number, 'x')));
    }),
  );
});

test('a number or text is a count by the schema exactly if the reader takes it', () => {
  const texts = fc.oneof(fc.nat().map(String), fc.stringMatching(/^[0-9]{1,17}$/), fc.stringMatching(/^0+$/), fc.string());
  fc.assert(
    fc.property(fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), texts), (count) => {
      expect(isRight({ cache: { maxEntries: count } })).toBe(holds(() => settingOf('count', count, 'x')));
    }),
  );
});

test('a name or a prefix is one by the schema exactly if the provider takes it', () => {
  const texts = fc.oneof(fc.string({ minLength: 1 }), fc.stringMatching(/^[a-z][a-z0-9-]{0,4}$/), fc.stringMatching(/^_?[A-Z1]{1,4}$/));
  fc.assert(
    fc.property(texts, fc.constantFrom('name', 'prefix'), (text, option) => {
      expect(isRight({ providers: [{ env: { [option]: text } }] })).toBe(holds(() => env({ [option]: text })));
    }),
  );
});

/** Of each type what may stand there, and what may not, as an editor sees it. */
const values: Readonly<Record<OptionType | Exclude<SettingType, readonly string[]>, readonly [good: readonly unknown[], bad: readonly unknown[]]>> = {
  duration: [
    ['5m', '0', 0, 'none', '1h30m'],
    [300, '300', '5 minutes', -1, '', true, [], {}, ['5m']],
  ],
  period: [
    ['5m', 'none', '0.5s'],
    [300, '300', 0, '0', '0s', '', true, [], {}],
  ],
  count: [
    [1, '1', 1000, '007'],
    [0, '0', -1, 1.5, 'many', '', true, [], {}],
  ],
  flag: [
    [true, false, 'true', 'false'],
    ['yes', 'on', '', 0, 1, [], {}],
  ],
  list: [
    [['a'], ['a', 'b/**'], [12]],
    [[], [''], 'a', {}, [[]]],
  ],
  ...Object.fromEntries(
    ['text', 'path', 'endpoint', 'variable'].map((type) => [
      type,
      [
        ['a', 'true', true, 12, 1.1],
        ['', [], {}, ['a']],
      ],
    ]),
  ),
} as never;

function rarely(good: fc.Arbitrary<unknown>, bad: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 60, arbitrary: good }, { weight: 1, arbitrary: fc.constantFrom(...bad) });
}

function some(members: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<unknown> {
  const known = fc.record(members, { requiredKeys: [] });
  return rarely(known, ['', 'text', [], 12, { unknown: 'a' }, { ttI: '5m' }]);
}

function valueOf(type: OptionType | SettingType): fc.Arbitrary<unknown> {
  const [good, bad] = typeof type === 'string' ? values[type] : [type, ['LOUD', '', true, [], {}]];
  return rarely(fc.constantFrom(...good), bad);
}

/** What a name or a prefix must look like is the provider's affair, and the test above. */
const optionOf = (key: string, type: OptionType) => (key === 'name' || key === 'prefix' ? rarely(fc.constantFrom('a', 'b'), ['', [], {}]) : valueOf(type));
const optionsOf = (types: Readonly<Record<string, OptionType>>) => Object.fromEntries(Object.entries(types).map(([key, type]) => [key, optionOf(key, type)]));
const groups = [...new Set(settings.flatMap(({ path }) => (path.includes('.') ? [path.split('.')[0]!] : [])))];
const kinds = Object.entries(providerOptions);
const providers = fc.array(
  rarely(
    fc.oneof(
      fc.constantFrom(...Object.keys(providerOptions)),
      ...kinds.map(([kind, types]) => fc.record({ [kind]: fc.oneof(some(optionsOf({ ...commonOptions, ...types })), fc.constant('')) })),
    ),
    [{}, { env: {}, file: {} }, 'memory', { memory: { a: 'b' } }, 'nobody', { nobody: {} }, 7, [], ['env']],
  ),
  { minLength: 1, maxLength: 3 },
);
const documents = some({
  ...Object.fromEntries(settings.filter(({ path }) => !path.includes('.')).map(({ path, type }) => [path, valueOf(type)])),
  ...Object.fromEntries(
    groups.map((group) => {
      const members = settings.filter(({ path }) => path.startsWith(`${group}.`));
      return [group, some(Object.fromEntries(members.map(({ path, type }) => [path.slice(group.length + 1), valueOf(type)])))];
    }),
  ),
  providers: rarely(providers, ['', 'env', [], { env: {} }]),
  onUnavailable: some({ env: valueOf(['stop', 'next']) }),
  secrets: some({ 'prod/db#otp': some(optionsOf(secretOptions)) }),
  run: some({ env: some({ DB_PASSWORD: valueOf('text') }) }),
  $schema: fc.constantFrom('./schema.json', 'https://example.com/x'),
});

async function loads(text: string, name: string): Promise<boolean> {
  try {
    interpret(await parseTree(text, name), { path: name, isDiscovered: false });
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'CONFIGURATION' });
    return false;
  }
}

test('a document in YAML is right by the schema exactly if the reader takes it', async () => {
  const seen = { right: 0, wrong: 0 };
  await fc.assert(
    fc.asyncProperty(documents, async (document) => {
      const text = stringify(document, { aliasDuplicateObjects: false });
      const isTaken = await loads(text, 'keyturn.yaml');
      seen[isTaken ? 'right' : 'wrong']++;
      expect(problemInConfiguration(text, 'keyturn.yaml') === undefined, text).toBe(isTaken);
    }),
    { numRuns: 1_000 },
  );
  expect(Math.min(seen.right, seen.wrong)).toBeGreaterThan(100);
});

test('a document in JSON that the reader takes is right by the schema', async () => {
  let right = 0;
  await fc.assert(
    fc.asyncProperty(documents, async (document) => {
      const text = JSON.stringify(document);
      if (!(await loads(text, 'keyturn.json'))) return;
      right++;
      expect(problemInConfiguration(text, 'keyturn.json')).toBeUndefined();
    }),
    { numRuns: 500 },
  );
  expect(right).toBeGreaterThan(20);
});
