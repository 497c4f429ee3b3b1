/** Secrets in a YAML file, every scalar as it is typed: `012345`, `1.10`, `yes` and `~` are text. Loaded only when a YAML file is met. */
import { type Document, Pair, Scalar, visit, YAMLMap } from 'yaml';
import { bareName, type Change, type FileFormat, type SecretsDocument } from './file-format.ts';
import { FileProblem } from './file-problem.ts';
import { changeField } from './json-edit.ts';
import { jsonOf, parseYaml, type YamlMapping, type YamlValue } from './yaml-value.ts';

interface Found {
  readonly holder: YAMLMap;
  readonly pair: Pair;
  readonly value: YamlValue;
}

export const yamlFormat: FileFormat = {
  empty: '',

  parse(text): SecretsDocument {
    const { root } = parseYaml(text);
    return {
      find(name) {
        const value = pathOf(root, name)?.at(-1)?.value;
        return value === undefined || typeof value === 'string' ? value : jsonOf(value);
      },
      names: (prefix) => [...root.keys()].filter((key) => bareName(key).startsWith(bareName(prefix))),
    };
  },

  change(text, change) {
    const { root, document } = parseYaml(text);
    document.contents ??= new YAMLMap();
    const top = document.contents as YAMLMap;
    let isChanged = false;
    // A key and a path of keys can name the same secret: after a deletion the one behind must not come back.
    for (let steps = pathOf(root, change.name); ; steps = pathOf(root, change.name)) {
      const found = steps && locate(top, steps);
      const hasDone = change.value === undefined ? remove(steps, found, change) : write(root, top, steps, found, { ...change, value: change.value });
      isChanged ||= hasDone;
      if (!hasDone || change.value !== undefined || change.field !== undefined) break;
    }
    if (!isChanged) return undefined;
    const changed = textOfDocument(document);
    // The document was written anew by the YAML library: what it says is held against what it should say before anything is replaced.
    if (changed === undefined || jsonOf(parseYaml(changed).root) !== jsonOf(root)) {
      throw new FileProblem('invalid', 'cannot be rewritten without changing other values in it', 'Make this change by hand.');
    }
    return changed;
  },
};

/** The whole file anew; `undefined` when the library cannot write what it read. */
function textOfDocument(document: Document): string | undefined {
  // Two things that the library reads and does not write: `? key` alone, a key without even an empty value; and a blank block with a comment.
  visit(document, {
    Pair(_, pair) {
      pair.value ??= new Scalar('');
    },
    Scalar(_, node) {
      if (node.type?.startsWith('BLOCK') && typeof node.value === 'string' && node.value.trim() === '') node.type = 'QUOTE_DOUBLE';
    },
  });
  try {
    return document.toString({ lineWidth: 0, doubleQuotedAsJSON: true });
  } catch {
    return undefined;
  }
}

interface Step {
  readonly holder: YamlMapping;
  readonly key: string;
  readonly value: YamlValue;
}

/** The steps to a name: one key first, spelt with or without the leading `/`; then each segment as a key of its own. */
function pathOf(root: YamlMapping, name: string): Step[] | undefined {
  const bare = bareName(name);
  for (const key of [bare, `/${bare}`]) {
    const value = root.get(key);
    if (value !== undefined) return [{ holder: root, key, value }];
  }
  const steps: Step[] = [];
  let holder: YamlValue = root;
  for (const key of bare.split('/')) {
    if (!(holder instanceof Map)) return undefined;
    const value: YamlValue | undefined = holder.get(key);
    if (value === undefined) return undefined;
    steps.push({ holder, key, value });
    holder = value;
  }
  return steps;
}

function locate(top: YAMLMap, steps: readonly Step[]): Found {
  let holder = top;
  for (const [index, { key, value }] of steps.entries()) {
    const pair = holder.items.find((item) => keyText(item) === key) as Pair;
    if (index === steps.length - 1) return { holder, pair, value };
    holder = pair.value as YAMLMap;
  }
  throw new FileProblem('invalid', 'has no such key', 'Read the file again.');
}

function write(
  root: YamlMapping,
  top: YAMLMap,
  steps: readonly Step[] | undefined,
  found: Found | undefined,
  { name, field, value }: Change & { value: string },
): boolean {
  const step = steps?.at(-1);
  if (!step || !found) {
    const key = bareName(name);
    root.set(key, field === undefined ? value : new Map([[field, value]]));
    top.items.push(field === undefined ? new Pair(scalar(key), scalar(value)) : new Pair(scalar(key), mapping(field, value)));
    return true;
  }
  if (field !== undefined && found.value instanceof Map) {
    found.value.set(field, value);
    const fields = found.pair.value as YAMLMap;
    const present = fields.items.find((item) => keyText(item) === field);
    if (present) replace(present, value);
    else fields.items.push(new Pair(scalar(field), scalar(value)));
    return true;
  }
  const text = field === undefined ? value : (changeField(textOf(found.value), field, value) as string);
  step.holder.set(step.key, text);
  replace(found.pair, text);
  return true;
}

function remove(steps: readonly Step[] | undefined, found: Found | undefined, { field }: Change): boolean {
  const step = steps?.at(-1);
  if (!step || !found) return false;
  if (field === undefined) {
    step.holder.delete(step.key);
    found.holder.items.splice(found.holder.items.indexOf(found.pair), 1);
    return true;
  }
  if (found.value instanceof Map) {
    const fields = found.pair.value as YAMLMap;
    const index = fields.items.findIndex((item) => keyText(item) === field);
    if (index >= 0) fields.items.splice(index, 1);
    return found.value.delete(field);
  }
  const text = changeField(textOf(found.value), field, undefined);
  if (text === undefined) return false;
  step.holder.set(step.key, text);
  replace(found.pair, text);
  return true;
}

/** A new value in an old one's place, with the comments that stood at it. */
function replace(pair: Pair, value: string): void {
  const fresh = scalar(value);
  const old = pair.value;
  if (old instanceof Scalar) {
    fresh.comment = old.comment ?? null;
    fresh.commentBefore = old.commentBefore ?? null;
    if (old.spaceBefore) fresh.spaceBefore = true;
  }
  pair.value = fresh;
}

/** In double quotes whatever it looks like, so that readers with other schemas see text too. */
function scalar(value: string): Scalar<string> {
  const node = new Scalar(value);
  node.type = /^[A-Za-z][\w/-]*$/.test(value) && !/^(?:true|false|yes|no|on|off|null|y|n)$/i.test(value) ? 'PLAIN' : 'QUOTE_DOUBLE';
  return node;
}

function mapping(field: string, value: string): YAMLMap {
  const map = new YAMLMap();
  map.items.push(new Pair(scalar(field), scalar(value)));
  return map;
}

function keyText({ key }: Pair): unknown {
  return key instanceof Scalar ? key.value : undefined;
}

function textOf(value: YamlValue): string {
  return typeof value === 'string' ? value : jsonOf(value);
}
