/** Every line of docs/production-checklist.md has the tests behind it, by file and title, and every test it names belongs to a line. */
import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { textOf } from './blocks.ts';
import { root } from './workplace.ts';

const page = textOf('docs/production-checklist.md');
const unchecked = 'not checked by Keyturn yet';

interface Proof {
  readonly title: string;
  readonly file: string;
}

const items = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| do |'))
  .map((line) => line.slice(2, -2).split(' | '))
  .map(([what = '', proof = '', ...more]) => ({ what, proof, more, proofs: proofsIn(proof) }));

function proofsIn(text: string): Proof[] {
  return Array.from(text.matchAll(/\[([^\n]+?)\]\(\.\.\/(packages\/keyturn\/test\/[^)\s]+)\)/g), ([, title = '', file = '']) => ({ title, file }));
}

/** Titles of the tests of a file that run, as they are written. */
function titlesIn(file: string): string[] {
  const source = fs.readFileSync(join(root, file), 'utf8');
  return Array.from(source.matchAll(/^\s*test\(\s*(['"`])(.*?)\1, /gm), ([, , title = '']) => title);
}

test('the checklist has lines, and each has tests behind it or says that nothing checks it', () => {
  expect(items.length).toBeGreaterThan(25);
  for (const { what, proof, more, proofs } of items) {
    const shown = proofs.map(({ title, file }) => `[${title}](../${file})`).join('; ');
    expect([what, proof, more]).toEqual([what, shown || unchecked, []]);
  }
});

test.each(items.flatMap(({ what, proofs }) => proofs.map(({ title, file }) => ({ what, title, file }))))('"$title" is a test of $file', ({ title, file }) => {
  expect(titlesIn(file)).toContain(title);
});

test('no line and no test stands there twice, and no test is named outside of a line', () => {
  const whats = items.map(({ what }) => what);
  expect(whats).toEqual([...new Set(whats)]);
  const proofs = items.flatMap((item) => item.proofs).map(({ title, file }) => `${file}: ${title}`);
  expect(proofs).toEqual([...new Set(proofs)]);
  expect(proofsIn(page)).toHaveLength(proofs.length);
  expect(Array.from(page.matchAll(/packages\/keyturn\/test\//g))).toHaveLength(proofs.length);
});
