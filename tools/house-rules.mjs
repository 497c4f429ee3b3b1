/** Counts that the house keeps small: ways out for a value, long files, files without a first sentence. */
import { withoutComments } from './import-directions.mjs';

/**
 * Where a value leaves its wrapper: calls of `reveal()` by file, and why. A new one is a new exit, and is looked at twice.
 * @type {Readonly<Record<string, { calls: number, why: string }>>}
 */
export const exits = {
  'core/secret.ts': { calls: Infinity, why: 'the wrapper itself' },
  'core/adopt-secret.ts': { calls: 1, why: 'from the wrapper of another copy of this library into ours' },
  'cli/run/declared.ts': { calls: 1, why: 'the variables of a child' },
  'testing/contract/check.ts': { calls: 1, why: 'what a provider under test answers, compared with what was put' },
  'providers/memory.ts': { calls: 1, why: 'editing one field of the document it holds' },
};

/** Files over 300 lines, and why they are one thing. @type {Readonly<Record<string, string>>} */
export const longFiles = {
  'chain.ts': 'the order of providers, and what their answers are held to',
  'cache/reading.ts': 'one read from its beginning to its end, which is one story',
};

export const mostLines = 300;

/**
 * @param {ReadonlyMap<string, string>} files path below src to its source
 * @returns {string[]}
 */
export function brokenExits(files) {
  const problems = [];
  for (const [file, source] of files) {
    const calls = withoutComments(source)
      .split('\n')
      .map((line) => line.replace(/\s\/\/ .*$/, ''))
      .join('\n')
      .match(/\.reveal\s*\(/g);
    const [found, allowed] = [calls?.length ?? 0, exits[file]?.calls ?? 0];
    if (found > allowed) problems.push(`${file} calls reveal() ${found} times, ${allowed} are listed in tools/house-rules.mjs.`);
    if (found < allowed && allowed !== Infinity) problems.push(`${file} calls reveal() ${found} times: correct the ${allowed} in tools/house-rules.mjs.`);
  }
  for (const file of Object.keys(exits)) if (!files.has(file)) problems.push(`tools/house-rules.mjs lists ${file}, which does not exist.`);
  return problems;
}

/** @param {ReadonlyMap<string, string>} files @returns {string[]} */
export function brokenShape(files) {
  const problems = [];
  for (const [file, source] of files) {
    const lines = source.split('\n').length - 1;
    if (lines > mostLines && !(file in longFiles))
      problems.push(`${file} has ${lines} lines, over ${mostLines}: cut it, or list it with its reason in tools/house-rules.mjs.`);
    if (lines <= mostLines && file in longFiles) problems.push(`${file} has ${lines} lines: it needs no place in tools/house-rules.mjs.`);
    // A sentence: a capital, a name in quotes or code, and an end.
    if (!/^(?:#!.*\n)?\/\*\*\s*(?:\*\s)?[\p{L}\p{N}`'"][\s\S]*?[.:!?][\s\S]*?\*\//u.test(source))
      problems.push(`${file} does not open with a sentence in /** … */.`);
  }
  return problems;
}
