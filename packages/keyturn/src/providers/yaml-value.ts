/** Reads YAML text into plain text, lists and maps, and refuses what YAML can do beyond that: aliases, tags, directives, several documents, bombs. */
import { CST, type Document, isMap, isScalar, isSeq, Lexer, parseDocument } from 'yaml';
import { deepestJson } from '../core/json-source.ts';
import { FileProblem } from './file-problem.ts';

export type YamlMapping = Map<string, YamlValue>;
export type YamlValue = string | readonly YamlValue[] | YamlMapping;

/** Enough for ten thousand secrets. One MiB of brackets is five hundred thousand parts, and takes the parser seconds and a gigabyte. */
const mostParts = 100_000;

/** @throws FileProblem that gives a line and quotes nothing: the parser's own messages quote the text */
export function parseYaml(text: string): { root: YamlMapping; document: Document } {
  refuseBombs(text);
  let document: Document;
  try {
    // Keys are compared below: the parser's own comparison grows with their square.
    document = parseDocument(text, { schema: 'failsafe', logLevel: 'error', prettyErrors: false, uniqueKeys: false });
  } catch {
    throw malformed('is no YAML file');
  }
  const error = document.errors[0] ?? document.warnings[0];
  if (error) {
    const what = error.code === 'MULTIPLE_DOCS' ? 'has a second YAML document' : 'is no YAML file: it breaks off';
    throw malformed(`${what} at line ${lineAt(text, error.pos[0])}`);
  }
  const { contents } = document;
  if (contents === null) return { root: new Map(), document };
  const root = valueOf(text, contents, 1);
  if (!(root instanceof Map)) throw malformed('holds no mapping at its top');
  return { root, document };
}

/** `value` as JSON text, every scalar a string. */
export function jsonOf(value: YamlValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof Map) return `{${Array.from(value, ([key, member]) => `${JSON.stringify(key)}:${jsonOf(member)}`).join(',')}}`;
  return `[${value.map(jsonOf).join(',')}]`;
}

/** Walks the parts of the text without building anything, and ends at the first that no secrets file needs. */
function refuseBombs(text: string): void {
  let [parts, brackets, marks, at] = [0, 0, 0, 0];
  let isContent = false;
  for (const part of new Lexer().lex(text)) {
    if (++parts > mostParts) throw malformed(`has over ${mostParts} parts`);
    const start = at;
    if (part !== CST.SCALAR && part !== CST.DOCUMENT && part !== CST.FLOW_END) at += part.length;
    if (isContent) {
      isContent = false;
      continue;
    }
    isContent = part === CST.SCALAR;
    switch (CST.tokenType(part)) {
      case 'anchor':
      case 'alias':
      case 'tag':
        throw malformed(
          `has an anchor, alias or tag at line ${lineAt(text, start)}`,
          'Values are text: write it out, and put a value that begins with &, * or ! in quotes.',
        );
      case 'flow-map-start':
      case 'flow-seq-start':
        brackets++;
        break;
      case 'flow-map-end':
      case 'flow-seq-end':
        brackets--;
        break;
      case 'seq-item-ind':
      case 'explicit-key-ind':
      case 'map-value-ind':
        marks++;
        break;
      case 'newline':
        marks = 0;
        break;
      default:
    }
    if (brackets + marks > 2 * deepestJson) throw tooDeep();
  }
}

function valueOf(text: string, node: unknown, depth: number): YamlValue {
  if (depth > deepestJson) throw tooDeep();
  // `? key` alone has no value node.
  if (node === null || node === undefined) return '';
  if (isScalar(node)) return typeof node.value === 'string' ? node.value : '';
  if (isSeq(node)) return node.items.map((item) => valueOf(text, item, depth + 1));
  const map: YamlMapping = new Map();
  for (const { key, value } of isMap(node) ? node.items : []) {
    const line = () => lineAt(text, (isScalar(key) && key.range?.[0]) || 0);
    if (!isScalar(key) || typeof key.value !== 'string') throw malformed('has a key that is no text');
    if (map.has(key.value)) throw malformed(`has a key for the second time at line ${line()}`);
    map.set(key.value, valueOf(text, value, depth + 1));
  }
  return map;
}

function lineAt(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}

function tooDeep(): FileProblem {
  return malformed(`is nested over ${deepestJson} levels deep`);
}

function malformed(what: string, hint = 'Mend the file by hand; a value with special characters belongs in quotes.'): FileProblem {
  return new FileProblem('invalid', what, hint);
}
