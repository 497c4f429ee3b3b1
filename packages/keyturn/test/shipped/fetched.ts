/** Where the other Nodes, the other TypeScript and our runtime dependencies are, once `fetch.ts` has brought them. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../../..');
/** The versions, exact, with the checksums of what is downloaded. */
export const pins = ['package.json', 'package-lock.json'].map((name) => join(root, 'tools/shipped', name));

export const { dependencies } = JSON.parse(readFileSync(join(root, 'packages/keyturn/package.json'), 'utf8')) as { dependencies: Record<string, string> };

/** Named after what is in it, so that other versions are another folder. */
export const fetched = join(root, '.cache', `shipped-${hash()}`);
/** The last that is written. */
export const complete = join(fetched, 'complete');
/** npm's own cache, with our runtime dependencies in it: the package is installed without a network. */
export const npmCache = join(fetched, 'npm-cache');
export const olderTypeScript = join(fetched, 'node_modules/typescript-5.9/bin/tsc');

/** The pinned Nodes that run on this machine, by the names of their folders. */
export function pinnedHere(): string[] {
  const { optionalDependencies } = JSON.parse(readFileSync(pins[0]!, 'utf8')) as { optionalDependencies: Record<string, string> };
  return Object.keys(optionalDependencies).filter((name) => name.endsWith(`-${process.platform}-${process.arch}`));
}

/** The promised Nodes that this machine has, the one that runs the tests first. */
export function nodes(): { readonly name: string; readonly program: string }[] {
  const others = pinnedHere()
    .map((name) => join(fetched, 'node_modules', name))
    .filter((folder) => existsSync(folder));
  return [
    { name: `Node ${process.versions.node}`, program: process.execPath },
    ...others.map((folder) => ({ name: `Node ${versionOf(folder)}`, program: join(folder, 'bin/node') })),
  ];
}

function versionOf(folder: string): string {
  // A package of 22.18.0 calls itself v22.18.0.
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version.replace(/^v/, '');
}

function hash(): string {
  const sum = createHash('sha256');
  for (const file of pins) sum.update(readFileSync(file));
  return sum.update(JSON.stringify(dependencies)).digest('hex').slice(0, 16);
}
