/** A cold herd: 10,000 readers of one key, and how many reads of the source they cause. */
import { importLibrary } from '../library.mjs';
import { median, rounds, takeTurns } from '../rounds.mjs';

const readers = 10_000;
const loaderMs = 50;

export const herd = {
  name: 'herd',
  goal: '10,000 cold readers of one key = 1 upstream read, within 1.1 x the loader + 10 ms',
  gated: true,
  run: async () => {
    const contenders = [await keyturn(), await lruCache(), await powertools()];
    const figures = await takeTurns(contenders, rush);
    const ours = figures.get('Keyturn');
    const peers = {};
    for (const [name, runs] of figures) {
      if (name !== 'Keyturn')
        peers[name] = {
          measured: median(runs.map(({ ms }) => ms)),
          note: `${median(runs.map(({ calls }) => calls))} upstream reads, ${median(runs.map(({ over }) => over)).toFixed(2)} x the loader`,
        };
    }
    const calls = Math.max(...ours.map((run) => run.calls));
    const excess = median(ours.map(({ ms, own }) => ms - 1.1 * own));
    return {
      measured: median(ours.map(({ ms }) => ms)),
      unit: 'ms',
      ratio: median(ours.map(({ over }) => over)),
      holds: calls === 1 && excess <= 10,
      peers,
      runs: rounds,
      note: `${calls} upstream read; ${excess.toFixed(1)} ms over 1.1 x the loader's own time (the ratio is to the loader)`,
    };
  },
};

let key = 0;

/** One rush on a key that nobody has asked for; how long until the last is served, how long the slowest read took, how many there were. */
async function rush({ read, source }) {
  source.calls = 0;
  source.own = 0;
  const name = `prod/herd-${key++}`;
  const startedAt = performance.now();
  const waiting = [];
  for (let reader = 0; reader < readers; reader++) waiting.push(read(name));
  await Promise.all(waiting);
  const ms = performance.now() - startedAt;
  return { ms, own: source.own, over: ms / source.own, calls: source.calls };
}

function slowSource() {
  const source = { calls: 0, own: 0, load };
  async function load() {
    source.calls++;
    const startedAt = performance.now();
    await new Promise((resolve) => setTimeout(resolve, loaderMs));
    source.own = Math.max(source.own, performance.now() - startedAt);
  }
  return source;
}

async function keyturn() {
  const { createSecrets, Secret } = await importLibrary();
  const source = slowSource();
  const provider = {
    name: 'slow',
    get: async (ref) => {
      await source.load();
      return new Secret({ ref, value: 'value', provider: 'slow', version: 'v1' });
    },
  };
  const secrets = createSecrets({ providers: [provider] });
  return { name: 'Keyturn', source, read: (name) => secrets.get(name) };
}

async function lruCache() {
  const { LRUCache } = await import('lru-cache');
  const source = slowSource();
  const cache = new LRUCache({
    max: 1_000,
    ttl: 300_000,
    fetchMethod: async () => {
      await source.load();
      return 'value';
    },
  });
  return { name: 'lru-cache fetch', source, read: (name) => cache.fetch(name) };
}

async function powertools() {
  const { SecretsProvider } = await import('@aws-lambda-powertools/parameters/secrets');
  const source = slowSource();
  const awsSdkV3Client = {
    config: { serviceId: 'Secrets Manager' },
    middlewareStack: { identify: () => [], addRelativeTo: () => undefined },
    send: async () => {
      await source.load();
      return { SecretString: 'value' };
    },
  };
  const provider = new SecretsProvider({ awsSdkV3Client });
  return { name: 'AWS Powertools', source, read: (name) => provider.get(name, { maxAge: 300 }) };
}
