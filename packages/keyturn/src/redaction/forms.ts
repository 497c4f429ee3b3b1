/** How a value looks once logs, URLs, headers and shells have had their way with it. */
import { isUtf8 } from 'node:buffer';

/** Shorter values are too ordinary: `yes`, `admin`, `5432` would blacken half of every log. */
const shortest = 6;
/** Longer forms are cut into pieces of about this size, so that a part of a large value is hidden too and a stream holds little back. */
const longest = 512;
const number = /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;

/** Whether a value is unusual enough to be hidden without being asked: at least 6 bytes, and 6 digits if it is a number. */
export function isWorthHiding(value: string | Uint8Array): boolean {
  if (Buffer.byteLength(value) < shortest) return false;
  return typeof value !== 'string' || !number.test(value) || value.replaceAll(/\D/g, '').length >= shortest;
}

/**
 * Every form of `value` that is looked for, as bytes in latin1 strings: one character, one byte.
 *
 * An encoded form under 6 bytes is left out. Inside somebody else's base64 the first and last character may also carry
 * bits of the neighbours; these characters stay, and with them at most four bits at either end.
 */
export function formsOf(value: string | Uint8Array, options: { readonly lines: boolean }): string[] {
  const bytes = Buffer.from(value as Uint8Array);
  const whole = bytes.toString('latin1');
  const text = isUtf8(bytes) ? bytes.toString() : undefined;
  // A final line end is often lost on the way: `$(cat file)`.
  const trimmed = text?.trim() ?? '';
  const plain = isWorthHiding(trimmed) && trimmed !== text ? [whole, latin1(trimmed)] : [whole];
  const encoded = plain.flatMap((form) => [...base64(form), ...hex(form), ...percent(form)]);
  for (const form of text === undefined ? [] : plain) encoded.push(...escaped(utf8(form)));
  if (options.lines && text !== undefined) encoded.push(...linesOf(trimmed).map(latin1));
  return [...new Set([...plain, ...encoded.filter((form) => form.length >= shortest)].flatMap(pieces))];
}

/** The lines of a text that has several, for those who indent, prefix or wrap it. */
function linesOf(text: string): string[] {
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.trim());
  // Nor is a rule of dashes a secret: every log has some.
  return lines.length > 1 ? lines.filter((line) => line.length >= 8 && /[\p{L}\p{N}]/u.test(line) && isWorthHiding(line)) : [];
}

/** The three ways to stand in base64, whole and as part of something longer (`user:password` in a Basic header). */
function base64(form: string): string[] {
  const found: string[] = [];
  for (const offset of [0, 1, 2]) {
    const text = Buffer.from('\0'.repeat(offset) + form, 'latin1').toString('base64');
    // The characters that carry bits of what stands before, and those that would of what follows.
    const begin = offset === 0 ? 0 : offset + 1;
    const untouched = Math.floor(((offset + form.length) * 8) / 6);
    found.push(text.slice(begin), text.slice(begin).replace(/=+$/, ''), text.slice(begin, untouched));
    // Mail and coreutils break base64 after 76 characters, PEM after 64.
    if (offset === 0 && text.length > 64) found.push(...(text.match(/.{1,76}/g) ?? []), ...(text.match(/.{1,64}/g) ?? []));
  }
  return found.flatMap((text) => [text, text.replaceAll('+', '-').replaceAll('/', '_')]);
}

function hex(form: string): string[] {
  const text = Buffer.from(form, 'latin1').toString('hex');
  return [text, text.toUpperCase()];
}

/** What different encoders percent-encode: there are as many opinions as libraries. */
const encodedCharacters = [
  /[^A-Za-z0-9\-_.!~*'()]/g, // encodeURIComponent
  /[^A-Za-z0-9\-_.~]/g, // RFC 3986, AWS, Go
  /[^A-Za-z0-9\-_.~/]/g, // Python's quote
  /[^A-Za-z0-9\-_.*]/g, // forms: URLSearchParams, Java
  /[^A-Za-z0-9\-_.!~*'();/?:@&=+$,#]/g, // encodeURI
  /[^A-Za-z0-9\-_.!~*'()$&+,%]/g, // user and password of a WHATWG URL
  /[^!$-&(-;=?-~]/g, // query of a WHATWG URL
];

function percent(form: string): string[] {
  const once = encodedCharacters.flatMap((characters) => {
    const upper = form.replace(characters, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
    return [upper, upper.replaceAll('%20', '+')];
  });
  const twice = once.slice(0, 4).map((text) => text.replaceAll('%', '%25'));
  return [...once, ...twice].flatMap((text) => [text, text.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())]);
}

/** Escaped by JSON (once, and once more inside other JSON), inspect, HTML and shells. */
function escaped(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const once = [json, json.replaceAll('/', '\\/'), json.replaceAll(/[<>&\u2028\u2029]/g, unicodeEscape)];
  const inAscii = once.map((variant) => variant.replaceAll(/[^\0-\x7F]/g, unicodeEscape));
  const twice = [...once, ...inAscii].map((variant) => JSON.stringify(variant).slice(1, -1));
  const variants = [...once, ...inAscii, ...twice];
  variants.push(json.replaceAll('\\"', '"'), json.replaceAll('\\"', '"').replaceAll(`'`, `\\'`));
  for (const quote of ['&#39;', '&#x27;', '&apos;']) {
    const html = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll(`'`, quote);
    variants.push(html, html.replaceAll('"', '&quot;'), html.replaceAll('"', '&#34;'));
  }
  variants.push(text.replaceAll(`'`, `'\\''`), text.replaceAll(`'`, `'"'"'`), text.replaceAll(/["$`\\]/g, '\\$&'));
  return variants.flatMap((variant) => [variant, variant.replaceAll(/\\u[0-9a-f]{4}/g, (code) => `\\u${code.slice(2).toUpperCase()}`)]).map(latin1);
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Equal pieces, so that no last one is too short to be told from ordinary text. */
function pieces(form: string): string[] {
  if (form.length <= longest) return [form];
  const size = Math.ceil(form.length / Math.ceil(form.length / longest));
  return Array.from({ length: Math.ceil(form.length / size) }, (_, index) => form.slice(index * size, (index + 1) * size));
}

function latin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}

function utf8(form: string): string {
  return Buffer.from(form, 'latin1').toString();
}
