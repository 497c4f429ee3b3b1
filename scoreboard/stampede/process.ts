/** One of the processes: asks for every key at once, many times, through a tiny HTTP provider. */
import { get as httpGet } from 'node:http';
import type { SecretRef } from '../../packages/keyturn/src/index.ts';
import { loadLibrary } from '../library.ts';
import { versionOf } from '../race/reading.ts';

interface Task {
  readonly source: string;
  readonly port: number;
  readonly id: number;
  readonly keys: number;
  readonly readers: number;
}

process.once('message', (task: Task) => {
  void run(task).then((wrong) =>
    process.send?.(wrong, () => {
      process.disconnect();
    }),
  );
});

async function run({ source, port, id, keys, readers }: Task): Promise<number> {
  const { createSecrets, Secret } = await loadLibrary(source);
  const fetchText = (ref: SecretRef, signal: AbortSignal) =>
    new Promise<string>((resolve, reject) => {
      const request = httpGet({ host: '127.0.0.1', port, path: `/${id}/${encodeURIComponent(ref.name)}`, signal }, (response) => {
        let text = '';
        response
          .setEncoding('utf8')
          .on('data', (chunk: string) => {
            text += chunk;
          })
          .on('end', () => {
            resolve(text);
          });
      });
      request.on('error', reject);
    });
  const provider = {
    name: 'http',
    get: async (ref: SecretRef, { signal }: { signal: AbortSignal }) =>
      new Secret({ ref, value: await fetchText(ref, signal), provider: 'http', version: '1' }),
  };
  // A machine of two cores starts twenty processes: that is no outage.
  const secrets = createSecrets({ providers: [provider], attemptTimeout: '30s', deadline: '60s' });
  const reads: Promise<boolean>[] = [];
  for (let reader = 0; reader < readers; reader++) {
    for (let key = 0; key < keys; key++) {
      const name = `herd/${key}`;
      const field = reader % 2 === 0 ? undefined : 'password';
      const secret = secrets.get(field === undefined ? name : `${name}#${field}`);
      reads.push(
        secret.then(
          (given) => versionOf(given, name, field) === 1,
          () => false,
        ),
      );
    }
  }
  const right = await Promise.all(reads);
  await secrets.close();
  return right.filter((isRight) => !isRight).length;
}
