import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { settings } from '../../src/config/settings.ts';
import { textOf } from './blocks.ts';
import { problemsOf } from './coming-from/forms.ts';

/** What the described pages of one system name, by kind. Read from them once, by hand and by a scan; the table is held to it. */
interface System {
  readonly heading: string;
  readonly pages: readonly string[];
  readonly names: Readonly<Record<string, readonly string[]>>;
}

interface Row {
  readonly heading: string;
  readonly line: number;
  readonly name: string;
  readonly kind: string;
  readonly here: string;
}

const page = 'docs/coming-from.md';
const folder = join(import.meta.dirname, 'coming-from');
const systems = fs
  .readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(fs.readFileSync(join(folder, name), 'utf8')) as System);
const rows = readRows();

const codeIn = (text: string) => Array.from(text.matchAll(/`([^`]+)`/g), ([, code = '']) => code);
/** What is only planned is named by these words, so that it cannot be mistaken for what exists. */
const plannedIn = (text: string) => Array.from(text.matchAll(/planned as `([^`]+)`/g), ([, code = '']) => code);
const existingIn = (text: string) => codeIn(text.replaceAll(/planned as `[^`]+`/g, ''));

test('the page has a section for each system, and no other', () => {
  expect([...new Set(rows.map(({ heading }) => heading))].toSorted()).toEqual(systems.map(({ heading }) => heading).toSorted());
  for (const { heading } of systems) expect(rows.filter((row) => row.heading === heading).length, heading).toBeGreaterThan(40);
});

describe.each(systems)('$heading', ({ heading, names }) => {
  const told = rows.filter((row) => row.heading === heading).map(({ kind, name }) => `${kind}: ${name}`);
  const wanted = Object.entries(names).flatMap(([kind, all]) => all.map((name) => `${kind}: ${name}`));

  test('every name of its pages has a row', () => {
    expect(wanted.filter((each) => !told.includes(each))).toEqual([]);
  });

  test('every row is about a name of its pages', () => {
    expect(told.filter((each) => !wanted.includes(each))).toEqual([]);
  });

  test('no name stands twice, in the rows or in the list', () => {
    for (const list of [told, wanted]) expect(list.filter((each, index) => list.indexOf(each) !== index)).toEqual([]);
  });
});

test('every row answers: by a form, by "not here, because …" or by "not yet: …"', () => {
  const wrong = rows.filter(({ here }) => {
    if (/^not here/i.test(here)) return !/^not here, because \S+(?: \S+){3}/.test(here);
    if (/^not yet/i.test(here)) return !/^not yet: \S+(?: \S+){2}/.test(here);
    return codeIn(here).length === 0 && !/\]\([^)]+\)/.test(here);
  });
  expect(wrong).toEqual([]);
});

test('every call, option, command, variable, event and file on the right exists', () => {
  const problems = problemsOf(rows.flatMap(({ here }) => existingIn(here)));
  expect(
    rows.flatMap(({ line, here }) => existingIn(here).flatMap((form) => (problems.has(form) ? [`line ${line}: ${form}: ${problems.get(form)}`] : []))),
  ).toEqual([]);
});

test('what a row calls planned does not exist yet: such a row would be out of date', () => {
  const planned = rows.flatMap(({ line, here }) => plannedIn(here).map((form) => ({ line, form })));
  expect(planned.length).toBeGreaterThan(10);
  const problems = problemsOf(planned.map(({ form }) => form));
  expect(planned.filter(({ form }) => !problems.has(form))).toEqual([]);
});

test('a default that a row tells is the default', () => {
  const told = rows.flatMap(({ here }) => Array.from(here.matchAll(/`([\w.]+)`, default `([^`]+)`/g), ([, path = '', value = '']) => [path, value]));
  expect(told.length).toBeGreaterThan(3);
  for (const [path, value] of told) expect([path, value]).toEqual([path, settings.find((setting) => setting.path === path)?.default]);
});

test('what does not exist is noticed, whatever its form', () => {
  const wrong = [
    ...[
      'secrets.gett(ref)',
      'secrets.get(ref, { maxAeg: 0 })',
      'secrets.stats().hitrate',
      `secrets.on('hits', load)`,
      'new TtlCache({ max: 1 })',
      'env({ prefx: value })',
    ],
    ...[
      'maxEntrys',
      'nearly',
      'tttl: 0',
      `log: { level: 'loud' }`,
      'NOT_AN_ERROR',
      'keyturn/nowhere',
      'keyturn frobnicate',
      'keyturn get REF --loud',
      'keyturn get REF REF',
    ],
    ...[
      'keyturn list --provider env a b',
      'keyturn --json',
      'KEYTURN_NOTHING',
      'KEYTURN_CACHE_TTL=soon',
      '~/.keyturn/secrets.json',
      'keyturn.toml',
      'AWS_NOTHING',
    ],
    ...['NoSuchException', '@aws-sdk/nothing', 'cache.ttll', 'kms:Nothing'],
  ];
  const problems = problemsOf(wrong);
  expect(wrong.filter((form) => !problems.has(form))).toEqual([]);
});

function readRows(): Row[] {
  const found: Row[] = [];
  let heading = '';
  for (const [index, text] of textOf(page).split('\n').entries()) {
    if (text.startsWith('## ')) heading = text.slice(3);
    const [, name, kind, here] = /^\| `([^`]+)` \| ([a-z ]*?) \| (.*?) \|$/.exec(text) ?? [];
    if (name !== undefined) found.push({ heading, line: index + 1, name, kind: kind ?? '', here: (here ?? '').trim() });
    else if (/^\|(?! there \| kind \| here \|$|-)/.test(text)) throw new Error(`${page}:${index + 1} is no row: ${text}`);
  }
  return found;
}
