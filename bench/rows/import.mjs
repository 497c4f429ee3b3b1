/** What `import 'keyturn'` costs a program that has just started. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { entry } from '../library.mjs';
import { median, ratioOf, takeTurns } from '../rounds.mjs';

const starts = 21;
const mostMs = 10;
const floor = 'an empty module';
const child = join(import.meta.dirname, '../import-time.mjs');
const empty = pathToFileURL(join(import.meta.dirname, '../empty-module.mjs')).href;

export const importTime = {
  name: 'import',
  goal: "import 'keyturn' <= 10 ms over bare node",
  gated: true,
  isPinned: false,
  run: async () => {
    const contenders = [
      { name: 'Keyturn', url: entry },
      { name: floor, url: empty },
      { name: 'lru-cache', url: import.meta.resolve('lru-cache') },
      { name: 'AWS Powertools', url: import.meta.resolve('@aws-lambda-powertools/parameters/secrets') },
      { name: 'async-cache-dedupe', url: import.meta.resolve('async-cache-dedupe') },
      { name: 'bentocache', url: import.meta.resolve('bentocache') },
      { name: 'cacheable', url: import.meta.resolve('cacheable') },
    ];
    for (const { url } of contenders) await once(url);
    const figures = await takeTurns(contenders, ({ url }) => once(url), starts);
    const ours = figures.get('Keyturn');
    const peers = {};
    for (const [name, theirs] of figures) if (name !== 'Keyturn') peers[name] = { measured: median(theirs), ratio: ratioOf(ours, theirs) };
    // Any program of modules pays for the first import; what is over that is Keyturn's.
    const measured = median(ours.map((ms, run) => ms - figures.get(floor)[run]));
    const note = `The whole import takes ${median(ours).toFixed(1)} ms; the empty module's part is taken off. The ratio is to the 10 ms.`;
    return { measured, unit: 'ms', ratio: measured / mostMs, holds: measured <= mostMs, peers, runs: starts, note };
  },
};

async function once(url) {
  const { stdout } = await promisify(execFile)(process.execPath, [child, url]);
  return Number(stdout);
}
