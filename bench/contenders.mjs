/** Keyturn and its peers, each warm with the same 100 references and ready for the loop. */
import { importLibrary } from './library.mjs';
import { refs, valueOf } from './stock.mjs';

const minutes = 300_000;

/** As in a program with its statistics and one listener on. */
export async function keyturn(read) {
  const { createSecrets, Secret } = await importLibrary();
  const provider = { name: 'stock', get: async (ref) => new Secret({ ref, value: valueOf(ref.name), provider: 'stock', version: 'v1' }) };
  const secrets = createSecrets({ providers: [provider] });
  let hits = 0;
  secrets.on('hit', () => {
    hits++;
  });
  for (const ref of refs) await secrets.get(ref);
  for (const ref of refs) if (secrets.peek(ref)?.reveal() === undefined) throw new Error(`${ref} is not in memory.`);
  if (hits !== refs.length || secrets.stats().entries !== refs.length) throw new Error('The listener or the statistics are off.');
  return read === 'peek'
    ? { name: 'Keyturn', target: secrets, expression: 'target.peek(ref)', isAwaited: false }
    : { name: 'Keyturn', target: secrets, expression: 'target.get(ref)', isAwaited: true };
}

export function bareAwait() {
  return { name: 'bare await', target: Promise.resolve(valueOf('prod/service-0')), expression: 'target', isAwaited: true };
}

export async function lruCacheFetch() {
  const { LRUCache } = await import('lru-cache');
  const cache = new LRUCache({ max: 1_000, ttl: minutes, fetchMethod: async (ref) => valueOf(ref) });
  for (const ref of refs) await cache.fetch(ref);
  return { name: 'lru-cache fetch', target: cache, expression: 'target.fetch(ref)', isAwaited: true };
}

export async function lruCacheGet() {
  const { LRUCache } = await import('lru-cache');
  const cache = new LRUCache({ max: 1_000, ttl: minutes });
  for (const ref of refs) cache.set(ref, valueOf(ref));
  return { name: 'lru-cache get', target: cache, expression: 'target.get(ref)', isAwaited: false };
}

/** Its floor: no recency, no statistics, an exact clock. */
export function mapWithClock() {
  const map = new Map(refs.map((ref) => [ref, { value: valueOf(ref), until: performance.now() + minutes }]));
  return {
    name: 'Map and performance.now',
    target: map,
    expression: '(() => { const entry = target.get(ref); return performance.now() < entry.until ? entry.value : undefined; })()',
    isAwaited: false,
  };
}

export async function powertools() {
  const { SecretsProvider } = await import('@aws-lambda-powertools/parameters/secrets');
  const awsSdkV3Client = {
    config: { serviceId: 'Secrets Manager' },
    middlewareStack: { identify: () => [], addRelativeTo: () => undefined },
    send: async ({ input }) => ({ Name: input.SecretId, SecretString: valueOf(input.SecretId) }),
  };
  const provider = new SecretsProvider({ awsSdkV3Client });
  const options = { maxAge: minutes / 1_000 };
  for (const ref of refs) if ((await provider.get(ref, options)) !== valueOf(ref)) throw new Error('Powertools does not read from the client it was given.');
  return { name: 'AWS Powertools', target: { provider, options }, expression: 'target.provider.get(ref, target.options)', isAwaited: true };
}

export async function asyncCacheDedupe() {
  const { createCache } = await import('async-cache-dedupe');
  const cache = createCache({ ttl: minutes / 1_000, storage: { type: 'memory', options: { size: 1_000 } } }).define('read', async (ref) => valueOf(ref));
  for (const ref of refs) await cache.read(ref);
  return { name: 'async-cache-dedupe', target: cache, expression: 'target.read(ref)', isAwaited: true };
}

export async function bentocache() {
  const [{ BentoCache, bentostore }, { memoryDriver }] = await Promise.all([import('bentocache'), import('bentocache/drivers/memory')]);
  const cache = new BentoCache({ default: 'memory', ttl: '5m', stores: { memory: bentostore().useL1Layer(memoryDriver({ maxItems: 1_000 })) } });
  const read = (key) => cache.getOrSet({ key, factory: async () => valueOf(key) });
  for (const ref of refs) await read(ref);
  return { name: 'bentocache', target: read, expression: 'target(ref)', isAwaited: true };
}

/** `get`, the faster of its two ways. */
export async function cacheable() {
  const { Cacheable } = await import('cacheable');
  const cache = new Cacheable({ ttl: '5m' });
  for (const ref of refs) await cache.set(ref, valueOf(ref));
  return { name: 'cacheable', target: cache, expression: 'target.get(ref)', isAwaited: true };
}
