/** The published schemas, asked by a validator that knows nothing of ours. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { answers } from '../../src/cli/answers.ts';
import { publishedSchemas } from '../../src/cli/schemas.ts';

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
const compiled = new Map<string, ValidateFunction>();

/** What is wrong with `value` by the schema of that file; `undefined` when nothing is. */
export function problemBy(file: string, value: unknown): string | undefined {
  let validate = compiled.get(file);
  if (!validate) {
    validate = ajv.compile(closed(publishedSchemas().get(file)!) as object);
    compiled.set(file, validate);
  }
  return validate(value) ? undefined : ajv.errorsText(validate.errors, { separator: '\n' });
}

/** What an editor with the schema says of a configuration file. It reads YAML by YAML's own rules, and an empty file as nothing to complain about. */
export function problemInConfiguration(text: string, name: string): string | undefined {
  const document: unknown = name.endsWith('.json') ? JSON.parse(text) : (parse(text) ?? {});
  return problemBy('keyturn.schema.json', document);
}

/** What is wrong with what a command wrote to standard output, called with these arguments; only asked of those with `--json`. */
export function problemInAnswer(args: readonly string[], stdout: string): string | undefined {
  const own = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
  const words = own.filter((word, index) => !word.startsWith('-') && own[index - 1] !== '--config');
  const isError = stdout.startsWith('{"error":');
  if (!own.includes('--json') || own.includes('--help') || own.includes('--version') || (words[0] === 'run' && !isError)) return undefined;
  const name = isError ? 'error' : [words.slice(0, 2).join(' '), words[0] ?? ''].find((each) => Object.hasOwn(answers, each));
  if (name === undefined) return `There is no schema for the answer of ${words[0]}.`;
  answered.add(name);
  return problemBy(`answer-${name.replaceAll(' ', '-')}.schema.json`, JSON.parse(stdout));
}

/** The answers that were looked at in this file of tests. */
export const answered = new Set<string>();

/** Readers of answers are to bear members that they do not know; we write none that the schema does not tell of. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, each]) => [key, closed(each)]));
  return 'properties' in inner && !('additionalProperties' in inner) ? { ...inner, additionalProperties: false } : inner;
}
