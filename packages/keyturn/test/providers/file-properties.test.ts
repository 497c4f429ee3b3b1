import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dotenvFormat } from '../../src/providers/dotenv.ts';
import { variableName } from '../../src/providers/env-names.ts';
import type { Change, FileFormat } from '../../src/providers/file-format.ts';
import { jsonFormat } from '../../src/providers/file-json.ts';
import { FileProblem } from '../../src/providers/file-problem.ts';
import { yamlFormat } from '../../src/providers/file-yaml.ts';
import { awkwardPasswords } from './scratch.ts';

const value = fc.oneof(
  fc.constantFrom(...awkwardPasswords),
  fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed() && !text.includes('\0')),
);
const name = fc.constantFrom('A', 'B', 'PROD_DB', 'a/b', 'a', '/a', '__proto__', 'new name');

/** Text that parses by luck: pieces that mean something, in any order. */
const soup = (...pieces: string[]) => fc.array(fc.constantFrom(...pieces), { maxLength: 14 }).map((parts) => parts.join(''));
const json = fc
  .dictionary(name, fc.jsonValue({ maxDepth: 3 }), { noNullPrototype: true })
  .chain((object) => fc.constantFrom(0, 1, 2, '\t').map((space) => JSON.stringify(object, null, space)));
const yaml = soup(
  'a: ',
  'A: x\n',
  '\n',
  '\n  ',
  '- ',
  '|',
  '>-',
  '#c',
  ' #c',
  '"',
  "'",
  'x y',
  '{',
  '}',
  '[',
  ']',
  ', ',
  '? ',
  '~',
  'B: "q"\n',
  '|2\n   t\n',
  '\r\n',
);
const dotenv = soup('A=', 'B=', 'export ', '"', "'", 'x', ' ', '#', '\n', '\\', '\r\n', '=', 'C = ', '$');

test.each<readonly [string, FileFormat, fc.Arbitrary<string>]>([
  ['JSON', jsonFormat, json],
  ['YAML', yamlFormat, yaml],
  ['dotenv', dotenvFormat, dotenv],
])('in any %s file, whatever is set comes back, whatever is deleted is gone, and everything else stays', (_, format, text) => {
  const sets = fc.record({ before: text, name, value });
  fc.assert(
    fc.property(sets, ({ before, name, value }) => {
      // Another key of the same secret, or what lies inside it, changes with it.
      const isElsewhere = (other: string) => rootOf(format, other) !== rootOf(format, name);
      const present = parsed(format, before);
      fc.pre(present !== undefined);
      const others = present.names('').filter(isElsewhere);
      const after = format.parse(changed(format, before, { name, field: undefined, value }) as string);
      expect(after.find(name)).toBe(value);
      for (const other of others) expect(after.find(other)).toBe(present.find(other));

      const rest = changed(format, before, { name, field: undefined, value: undefined });
      expect(rest === undefined).toBe(present.find(name) === undefined);
      if (rest === undefined) return;
      expect(format.parse(rest).find(name)).toBeUndefined();
      for (const other of others) expect(format.parse(rest).find(other)).toBe(present.find(other));
    }),
    { numRuns: 1_000 },
  );
});

/** The YAML library writes a few oddities differently from what it read; such a file is refused, and stays as it is. */
function changed(format: FileFormat, text: string, change: Change): string | undefined {
  try {
    return format.change(text, change);
  } catch (error) {
    fc.pre(!(error instanceof FileProblem && error.message.startsWith('cannot be rewritten')));
    throw error;
  }
}

function rootOf(format: FileFormat, name: string): string | undefined {
  return format === dotenvFormat ? variableName(name) : name.split('/').find((segment) => segment !== '');
}

function parsed(format: FileFormat, text: string) {
  try {
    return format.parse(text);
  } catch {
    return undefined;
  }
}
