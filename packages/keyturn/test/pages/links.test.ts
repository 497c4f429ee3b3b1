import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { pages, textOf } from './blocks.ts';
import { root } from './workplace.ts';

const linksOf = (page: string) => Array.from(withoutBlocks(textOf(page)).matchAll(/\]\(([^)\s]+)\)/g), ([, link = '']) => link);

test.each(pages)('every link of %s inside the repository leads somewhere', (page) => {
  const links = linksOf(page).filter((each) => !/^https?:/.test(each));
  for (const link of links) {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : join(dirname(page), path);
    expect(fs.existsSync(join(root, target)), `${page} links to ${link}`).toBe(true);
    if (anchor !== undefined) expect(anchorsOf(textOf(target)), `${page} links to ${link}`).toContain(anchor);
  }
});

test('every page is linked from the README', () => {
  expect(linksOf('README.md')).toEqual(expect.arrayContaining(pages.filter((page) => page !== 'README.md')));
});

test('every file that a page names in code exists', () => {
  const named = pages.flatMap((page) =>
    Array.from(withoutBlocks(textOf(page)).matchAll(/`((?:packages|tools|bench|scoreboard|examples|docs|\.ci)\/[\w./-]+)`/g), ([, path = '']) => path),
  );
  // Some are built, or written by a run.
  const missing = named.filter((path) => !/(?:^|\/)(?:dist|results)(?:\/|$)/.test(path) && !fs.existsSync(join(root, path)));
  expect(named.length).toBeGreaterThan(5);
  expect(missing).toEqual([]);
});

test('the README has fewer than 250 lines', () => {
  expect(textOf('README.md').split('\n').length).toBeLessThan(250);
});

function withoutBlocks(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```$/gm, '');
}

/** Headings as GitHub names them. */
function anchorsOf(text: string): string[] {
  return Array.from(withoutBlocks(text).matchAll(/^#+ (.+)$/gm), ([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
