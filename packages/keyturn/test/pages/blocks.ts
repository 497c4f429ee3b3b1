/** The pages and the code blocks in them. */
import fs from 'node:fs';
import { join } from 'node:path';
import { root } from './workplace.ts';

/**
 * What a comment right above a block may say of it:
 * - `runs: elsewhere, see PATH`: it cannot run here; the file at PATH runs the same.
 * - `file: NAME`: it is the content of a file, which the blocks after it find in their folder. With `mode` its mode, else 0600.
 * - `env: NAME=value …`: variables it runs with.
 * - `needs: moto`: it runs against a local double of AWS, and is skipped without one.
 * - `continues`: it goes on where the block of code before it ended.
 * - `output`: it is what the block before it printed. A `…` stands for anything on its line.
 * - `same`: it prints what the block of code before it printed.
 */
export interface Block {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
  readonly notes: ReadonlyMap<string, string>;
}

export const pages: readonly string[] = [
  ...['README.md', 'ARCHITECTURE.md', 'SECURITY.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  ...fs
    .readdirSync(join(root, 'docs'))
    .toSorted()
    .map((name) => `docs/${name}`),
];

export function textOf(page: string): string {
  return fs.readFileSync(join(root, page), 'utf8');
}

export function blocksOf(page: string): Block[] {
  const text = textOf(page);
  return Array.from(text.matchAll(/((?:^<!--.*-->\n)*)^```(\w*)\n([\s\S]*?)^```$/gm), ({ index, 1: comments = '', 2: language = '', 3: body = '' }) => ({
    page,
    line: text.slice(0, index).split('\n').length + comments.split('\n').length - 1,
    language,
    text: body,
    notes: new Map(Array.from(comments.matchAll(/<!-- ([a-z]+)(?:: (.*?))? -->/g), ([, key = '', value = '']) => [key, value])),
  }));
}

/** Whether `output` is what the page shows. */
export function isAsShown(output: string, shown: string): boolean {
  const pattern = shown
    .trimEnd()
    .split('…')
    .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${pattern}$`).test(output.replaceAll(/[ \t]+$/gm, '').trimEnd());
}

/** The commands of a block in which lines that begin with `$ ` are typed and the others are answers. */
export function commandsOf(text: string): { command: string; answer: string }[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [, command = '', answer = ''] = /^((?:.*\\\n)*.*)\n?([\s\S]*)$/.exec(part) ?? [];
      return { command, answer };
    });
}
