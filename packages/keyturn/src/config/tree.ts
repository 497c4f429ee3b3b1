/** A configuration as it stands in the file, before anything is known about its meaning: mappings, lists and scalars, in either format. */
import { ConfigurationError } from '../core/errors.ts';
import { type JsonSlice, JsonSource, JsonSourceError } from '../core/json-source.ts';

export type TreeMap = Map<string, Tree>;
export type Tree = string | number | boolean | null | readonly Tree[] | TreeMap;

/** @throws ConfigurationError that tells the place and quotes nothing: the wrong file may hold secrets */
export async function parseTree(text: string, path: string): Promise<TreeMap> {
  return /\.json$/i.test(path) ? parseJson(text, path) : parseYamlTree(text, path);
}

/** The reader of secrets files: every scalar is the text that was typed, so `yes`, `1.10` and `012` mean nothing of their own. */
async function parseYamlTree(text: string, path: string): Promise<TreeMap> {
  const { parseYaml } = await import('../providers/yaml-value.ts');
  try {
    return parseYaml(text).root as TreeMap;
  } catch (error) {
    // Its own error, which quotes nothing; anything else would be a fault of ours, and might.
    throw malformed(path, (error as Error).name === 'FileProblem' ? (error as Error).message : 'is no YAML file');
  }
}

function parseJson(text: string, path: string): TreeMap {
  let root: Tree;
  try {
    root = treeOf(text, new JsonSource(text).value());
  } catch (error) {
    if (!(error instanceof JsonSourceError)) throw error;
    throw malformed(path, placed(error.message, text));
  }
  if (!(root instanceof Map)) throw malformed(path, 'holds no object at its top');
  return root;
}

function treeOf(text: string, slice: JsonSlice): Tree {
  if (slice.kind === 'object') return new Map(Array.from(new JsonSource(text).members(slice), ([key, member]) => [key, treeOf(text, member)]));
  if (slice.kind === 'array') return new JsonSource(text).elements(slice).map((element) => treeOf(text, element));
  return JSON.parse(text.slice(slice.start, slice.end)) as string | number | boolean | null;
}

/** "at character 57" as people find it: a line and a column. */
function placed(message: string, text: string): string {
  return message.replace(/\(at character (\d+)\)$/, (_, at: string) => {
    const before = text.slice(0, Number(at) - 1).split('\n');
    return `at line ${before.length}, column ${before.at(-1)!.length + 1}`;
  });
}

function malformed(path: string, what: string): ConfigurationError {
  return new ConfigurationError(`${path} ${what}.`, { hint: 'Mend the file; keyturn.yaml is YAML, keyturn.json is JSON.' });
}
