/** The library from the folder it is told: the repository's source, or a copy with a fault in it. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export type Library = typeof import('../packages/keyturn/src/index.ts');

export async function loadLibrary(source: string): Promise<Library> {
  return (await import(pathToFileURL(join(source, 'index.ts')).href)) as Library;
}
