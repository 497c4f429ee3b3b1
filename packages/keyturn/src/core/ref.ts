/** References: `[provider://]name[?version=V][#field]`, parsed from text and written back, one text for each meaning. */
import { InvalidReferenceError, printable } from './errors.ts';

/** What a reference means. The object form needs no escaping. */
export interface SecretRef {
  /** Asks this provider of the chain only. `[a-z][a-z0-9-]*`. */
  readonly provider?: string;
  /** What the provider calls the secret; its segments are the provider's affair. At most 1,024 bytes. */
  readonly name: string;
  /** An id or a stage, as the provider understands it. */
  readonly version?: string;
  /** An exact own key of the JSON object first, then a path: `a.b`, `a[0]`. */
  readonly field?: string;
}

export const longestName = 1_024;
/** Three parts of which every byte is an escape, a provider, and what stands between them. */
const longestText = 11 * longestName;
const providerName = /^[a-z][a-z0-9-]*$/;
const controlCharacter = /\p{Cc}/u;
const otherEscape = /%(?!23|3[Ff]|25|3[Aa]\/\/)/;
const escape = /%(?:23|3[Ff]|25|3[Aa](?=\/\/))/g;
const escaped: Readonly<Record<string, string>> = { '%23': '#', '%3F': '?', '%25': '%', '%3A': ':' };

/**
 * The meaning of `text`. Read from the left: provider up to the first `://`, field after the first `#`, version in what precedes it.
 * @throws InvalidReferenceError that names the mend
 */
export function parseRef(text: string): SecretRef {
  if (text === '') throw invalid(text, 'is empty', 'Write a name, for example prod/db#password.');
  if (text.length > longestText) throw invalid(text, 'is too long', `A name has at most ${longestName} bytes.`);
  const bad = otherEscape.exec(text);
  if (bad) throw invalid(text, `has a bare "%" at ${bad.index + 1}`, 'Write %25 for a percent sign; the only other escapes are %23, %3F, and %3A before //.');

  const scheme = text.indexOf('://');
  if (scheme >= 0 && !providerName.test(text.slice(0, scheme))) {
    throw invalid(text, 'has no provider name before "://"', 'A provider name is a-z, 0-9 and "-"; write %3A// for a "://" that belongs to the name.');
  }
  const afterScheme = scheme < 0 ? text : text.slice(scheme + 3);
  const hash = afterScheme.indexOf('#');
  const beforeField = hash < 0 ? afterScheme : afterScheme.slice(0, hash);
  const field = hash < 0 ? undefined : afterScheme.slice(hash + 1);
  const mark = beforeField.indexOf('?');
  const name = mark < 0 ? beforeField : beforeField.slice(0, mark);
  const query = mark < 0 ? undefined : beforeField.slice(mark + 1);

  if (field !== undefined && /[#?]/.test(field)) {
    throw invalid(
      text,
      'has a further "#" or "?" in its field',
      'Write %23 or %3F for one that belongs to the field; a version goes before the field: name?version=V#field.',
    );
  }
  let version: string | undefined;
  if (query !== undefined) {
    if (query.includes('?')) throw invalid(text, 'has a second "?"', 'Write %3F for a question mark that belongs to the name.');
    if (!query.startsWith('version='))
      throw invalid(text, 'has something other than a version after "?"', 'Write ?version=V, or %3F for a question mark that belongs to the name.');
    version = query.slice('version='.length);
  }
  return checkRef(
    {
      ...(scheme >= 0 && { provider: text.slice(0, scheme) }),
      name: unescape(name),
      ...(version !== undefined && { version: unescape(version) }),
      ...(field !== undefined && { field: unescape(field) }),
    },
    text,
  );
}

/** The canonical text of `ref`: `parseRef(formatRef(ref))` is `ref`, and two different references never share one. */
export function formatRef(ref: SecretRef): string {
  return formatDocument(ref) + (ref.field === undefined ? '' : `#${escapeText(ref.field)}`);
}

/** The canonical text of the document that holds `ref`: the same without its field. */
export function formatDocument(ref: SecretRef): string {
  const provider = ref.provider === undefined ? '' : `${ref.provider}://`;
  return provider + escapeText(ref.name) + (ref.version === undefined ? '' : `?version=${escapeText(ref.version)}`);
}

/** `ref` without its field: what is read from a source and cached once. */
export function documentOf(ref: SecretRef): SecretRef {
  if (ref.field === undefined) return ref;
  const { field: _, ...document } = ref;
  return document;
}

/** A reference in either form, checked. */
export function toRef(ref: string | SecretRef): SecretRef {
  if (typeof ref === 'string') return parseRef(ref);
  if (typeof ref !== 'object' || ref === null || typeof ref.name !== 'string') {
    throw new InvalidReferenceError('A reference is text or an object with a name.', {
      hint: `Write 'prod/db#password' or { name: 'prod/db', field: 'password' }.`,
    });
  }
  const { provider, name, version, field } = ref;
  for (const [key, part] of Object.entries({ provider, version, field })) {
    if (part !== undefined && typeof part !== 'string') throw invalid(name, `has a ${key} that is not text`, `Leave ${key} out or write it as text.`);
  }
  if (provider !== undefined && !providerName.test(provider))
    throw invalid(name, 'has a provider that is no provider name', 'A provider name is a-z, 0-9 and "-".');
  return checkRef(
    { ...(provider !== undefined && { provider }), name, ...(version !== undefined && { version }), ...(field !== undefined && { field }) },
    name,
  );
}

/** A reference in all the forms that a read needs. */
export interface Want {
  readonly ref: SecretRef;
  readonly text: string;
  readonly document: SecretRef;
  readonly documentText: string;
}

/** @throws InvalidReferenceError */
export function wantOf(given: string | SecretRef): Want {
  const ref = toRef(given);
  const text = formatRef(ref);
  // The caller's own text where it is canonical: it comes again, and the same object is found sooner than an equal one.
  return {
    ref,
    text: text === given ? given : text,
    document: documentOf(ref),
    documentText: text === given && ref.field === undefined ? given : formatDocument(ref),
  };
}

function checkRef(ref: SecretRef, text: string): SecretRef {
  for (const key of ['provider', 'name', 'version', 'field'] as const) {
    const part = ref[key];
    if (part === undefined) continue;
    if (part === '') throw invalid(text, `has an empty ${key}`, key === 'name' ? 'Write a name, for example prod/db.' : `Leave the ${key} out, or write one.`);
    if (Buffer.byteLength(part) > longestName) throw invalid(text, `has a ${key} over ${longestName} bytes`, 'Use a shorter one.');
    if (controlCharacter.test(part) || !part.isWellFormed())
      throw invalid(text, `has a control character or half a character in its ${key}`, 'Remove it; a copied line end is the usual cause.');
    if (part.normalize('NFC') !== part)
      throw invalid(text, `has a ${key} that is not in Unicode NFC`, 'Two spellings that look the same would be two secrets; write it composed (NFC).');
  }
  if (ref.version?.includes('&')) throw invalid(text, 'has more than a version after "?"', 'A reference carries one version and nothing else: ?version=V.');
  return Object.freeze(ref);
}

function invalid(text: string, what: string, hint: string): InvalidReferenceError {
  const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  // Not JSON.stringify: it leaves DEL, C1 and bidirectional characters as they are.
  const safe = printable(shown.toWellFormed());
  return new InvalidReferenceError(`The reference "${safe}" ${what}.`, { ref: safe, hint });
}

function escapeText(part: string): string {
  return /[%#?]|:\/\//.test(part) ? part.replaceAll('%', '%25').replaceAll('#', '%23').replaceAll('?', '%3F').replaceAll('://', '%3A//') : part;
}

function unescape(part: string): string {
  return part.includes('%') ? part.replaceAll(escape, (code) => escaped[code.toUpperCase()] ?? code) : part;
}
