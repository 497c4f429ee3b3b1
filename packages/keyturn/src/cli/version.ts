/** The version of the package that this is part of. */
import { readFileSync } from 'node:fs';

/** Read when asked for: the source lies as deep in the package as the bundle. */
export function version(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  return manifest.version;
}
