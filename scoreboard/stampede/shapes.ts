/** In which ways many readers of one document come at once. */
import type { Secret, Secrets } from '../../packages/keyturn/src/index.ts';

export interface Shape {
  readonly name: string;
  /** What the reader with this number does; the value it got, of the whole document or of one field. */
  readonly read: (secrets: Secrets, name: string, reader: number) => Promise<readonly (Secret | undefined)[]>;
}

const one = async (secret: Promise<Secret | undefined>) => [await secret];
const get = (secrets: Secrets, ref: string) => one(secrets.get(ref));

export const shapes: readonly Shape[] = [
  { name: 'the document', read: (secrets, name) => get(secrets, name) },
  { name: 'one field', read: (secrets, name) => get(secrets, `${name}#password`) },
  { name: 'different fields of one document', read: (secrets, name, reader) => get(secrets, `${name}#${reader % 2 === 0 ? 'user' : 'password'}`) },
  { name: 'the document and its fields', read: (secrets, name, reader) => get(secrets, reader % 3 === 0 ? name : `${name}#password`) },
  { name: 'text and object', read: (secrets, name, reader) => (reader % 2 === 0 ? get(secrets, name) : one(secrets.get({ name }))) },
  { name: 'find', read: (secrets, name) => one(secrets.find(name)) },
  { name: 'fields', read: async (secrets, name) => Object.values(await secrets.fields(name)) },
  { name: 'prefetch', read: (secrets, name) => secrets.prefetch([name]) },
  { name: 'prefetch of fields', read: (secrets, name) => secrets.prefetch([`${name}#user`, `${name}#password`]) },
  { name: 'prefetch, joined by get', read: (secrets, name, reader) => (reader === 0 ? secrets.prefetch([name]) : get(secrets, `${name}#password`)) },
  {
    name: 'get, joined by prefetch',
    read: (secrets, name, reader) => (reader === 0 ? get(secrets, `${name}#user`) : secrets.prefetch([name, `${name}#user`])),
  },
  {
    name: 'a caller with limits among them',
    read: (secrets, name, reader) => one(secrets.get(name, reader % 5 === 0 ? { timeout: '5s', signal: new AbortController().signal } : undefined)),
  },
  { name: 'callers who leave', read: (secrets, name, reader) => (reader % 2 === 0 ? get(secrets, name) : left(secrets, name)) },
];

/** A reader who goes away at once: ends nobody else's wait, and causes no second read. */
async function left(secrets: Secrets, name: string): Promise<readonly undefined[]> {
  const abort = new AbortController();
  const result = secrets.get(name, { signal: abort.signal });
  abort.abort();
  await result.catch(() => undefined);
  return [];
}
