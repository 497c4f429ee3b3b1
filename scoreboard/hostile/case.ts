/** What a hostile case is: what the source says, what is asked, and what must come of it, stated beforehand. */
import type { ErrorCode, Secret } from '../../packages/keyturn/src/index.ts';
import type { Answer } from './answer.ts';

/** In every hostile text where an error could quote it. */
export const canary = 'c4n4ry-5up3r-v4lue';
export const canaryParts = ['c4n4ry', '5up3r', 'v4lue'];

/** What may come of it. Both: either is right. */
export interface Expected {
  /** Exactly this: text, bytes, or what `ask` makes of several. A function says whether it is right. */
  readonly gives?: unknown;
  /** An error of ours with one of these codes. */
  readonly fails?: readonly ErrorCode[];
}

/** What a case may use, all of it from the library under trial. */
export interface World {
  /** From AWS at the hostile address. */
  get(ref: string): Promise<Secret>;
  /** The same, with `versionCheck` on. */
  getChecked(ref: string): Promise<Secret>;
  /** Each one's text, or its error's code. */
  prefetch(refs: readonly string[]): Promise<readonly string[]>;
  list(prefix: string): Promise<readonly string[]>;
  fields(ref: string): Promise<Readonly<Record<string, string>>>;
  /** From a file of this name and content. */
  fromFile(name: string, content: string | Uint8Array, ref: string): Promise<Secret>;
  /** What a configuration file of this name and content says. */
  configuration(name: string, content: string | Uint8Array): Promise<object>;
  /** From memory. */
  document(text: string): Promise<Secret>;
}

export interface Case {
  readonly name: string;
  /** What the server says to whatever is asked; documents need none. */
  readonly answer?: Answer;
  readonly ask: (world: World) => Promise<unknown>;
  readonly expect: Expected;
  /** The answer never comes to an end, so that time must end it: less time is given. */
  readonly stalls?: true;
  /** What may be left for a while, with the reason beside it. */
  readonly leaves?: readonly string[];
}

/** Text where the value is text; else its bytes. `bytes()` must say the same, but of half a character, which has none. */
export function shown(secret: Secret): string | Uint8Array {
  const bytes = secret.bytes();
  let text: string;
  try {
    text = secret.reveal();
  } catch {
    return bytes;
  }
  if (!Buffer.from(text).equals(bytes)) throw new Error('reveal() and bytes() differ');
  return text;
}
