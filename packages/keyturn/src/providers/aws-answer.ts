/** What of an answer of AWS is believed: one whole JSON text of a sane size and depth, and in it the secret that was asked for. */
import { isUtf8 } from 'node:buffer';
import { InvalidSecretError } from '../core/errors.ts';
import { JsonSource } from '../core/json-source.ts';
import { formatRef, type SecretRef } from '../core/ref.ts';

/** What GetSecretValue answers, as far as it is used. Nothing of it is trusted to have its type. */
export interface Answer {
  readonly ARN?: unknown;
  readonly Name?: unknown;
  readonly SecretString?: unknown;
  readonly SecretBinary?: unknown;
  readonly VersionId?: unknown;
}

/** Members and elements. Twenty secrets, or a hundred descriptions, have some thousands; the SDK makes objects of each. */
const mostParts = 100_000;

/**
 * Whether `body` is what the SDK's reader may be given. That one puts other characters in the place of bytes that are not UTF-8, believes the last
 * of two members of one name, and takes any depth and number.
 */
export function isWholeJson(body: Uint8Array): boolean {
  // Some calls have nothing to answer.
  if (body.byteLength === 0) return true;
  if (!isUtf8(body) || hasTooMany(body)) return false;
  try {
    new JsonSource(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString()).value();
    return true;
  } catch {
    return false;
  }
}

/** By name, by ARN, or by an ARN without its last six characters. */
export function isAbout({ Name, ARN }: Answer, name: string): boolean {
  return Name === name || ARN === name || (typeof ARN === 'string' && name.startsWith('arn:') && ARN.startsWith(`${name}-`) && ARN.length === name.length + 7);
}

/** @throws InvalidSecretError when it has no value, or is about another secret */
export function valueIn(answer: Answer, ref: SecretRef, provider: string): string | Uint8Array {
  const { Name, ARN, SecretString: text, SecretBinary: bytes } = answer;
  const wrong = (what: string, hint: string) => new InvalidSecretError(`${formatRef(ref)}: ${provider} ${what}.`, { ref: formatRef(ref), provider, hint });
  // A double of AWS may leave out whose value it is.
  if ((typeof Name === 'string' || typeof ARN === 'string') && !isAbout(answer, ref.name))
    throw wrong('answered with another secret', 'Something between Keyturn and AWS mixes up answers: check the endpoint.');
  if (typeof text === 'string') return text;
  if (bytes instanceof Uint8Array) return bytes;
  throw wrong('has no value for it', 'Store one with: aws secretsmanager put-secret-value.');
}

/** Outside of strings, in bytes: nothing is built of what is refused. */
function hasTooMany(body: Uint8Array): boolean {
  let parts = 0;
  let isText = false;
  for (let at = 0; at < body.byteLength; at++) {
    const byte = body[at];
    if (byte === 0x22) isText = !isText;
    else if (isText && byte === 0x5c) at++;
    else if (!isText && (byte === 0x2c || byte === 0x5b || byte === 0x7b) && ++parts > mostParts) return true;
  }
  return false;
}
