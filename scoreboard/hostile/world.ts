/** The library in the hands of a case: AWS at the hostile address, files, configurations, documents. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { KnownKeyturnError, Provider, Secrets } from '../../packages/keyturn/src/index.ts';
import { loadLibrary } from '../library.ts';
import { shown, type World } from './case.ts';
import type { Start } from './process.ts';
import { afterwards } from './server.ts';

export interface OpenWorld extends World {
  /** The most that a read may take. */
  readonly deadlineMs: number;
  /** What was logged. */
  readonly lines: readonly string[];
  isOurs(error: unknown): error is KnownKeyturnError;
  /** What is wrong with one more read through the same provider; `undefined` when nothing is. */
  afterwards(): Promise<string | undefined>;
  close(): Promise<void>;
}

const region = 'eu-west-1';
const source = <T>(folder: string, file: string) => import(pathToFileURL(join(folder, file)).href) as Promise<T>;

export async function loadHostileWorld({ source: folder, port, folder: scratch }: Start): Promise<(stalls: boolean) => OpenWorld> {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'testing', AWS_SECRET_ACCESS_KEY: 'testing', AWS_EC2_METADATA_DISABLED: 'true' });
  const [{ createSecrets, isKeyturnError }, { awsSecretsManager }, { file }, { memory }, { createFromConfig, loadConfig }] = await Promise.all([
    loadLibrary(folder),
    source<typeof import('../../packages/keyturn/src/providers/aws-secrets-manager.ts')>(folder, 'providers/aws-secrets-manager.ts'),
    source<typeof import('../../packages/keyturn/src/providers/file.ts')>(folder, 'providers/file.ts'),
    source<typeof import('../../packages/keyturn/src/providers/memory.ts')>(folder, 'providers/memory.ts'),
    source<typeof import('../../packages/keyturn/src/config/index.ts')>(folder, 'config/index.ts'),
  ]);
  const endpoint = `http://127.0.0.1:${port}`;
  let number = 0;

  return (stalls) => {
    const deadlineMs = stalls ? 500 : 5_000;
    const lines: string[] = [];
    const log = (line: string) => void lines.push(line);
    const opened: Secrets[] = [];
    const place = join(scratch, String(number++));
    const over = (provider: Provider) => {
      const secrets = createSecrets({
        providers: [provider],
        attemptTimeout: `${stalls ? 300 : 4_000}ms`,
        deadline: `${deadlineMs}ms`,
        logger: { debug: log, info: log, warn: log, error: log },
        log: { level: 'debug' },
      });
      opened.push(secrets);
      return secrets;
    };
    const written = (name: string, content: string | Uint8Array) => {
      mkdirSync(place, { recursive: true, mode: 0o700 });
      writeFileSync(join(place, name), content, { mode: 0o600 });
      return join(place, name);
    };
    const provider = awsSecretsManager({ region, endpoint });
    const aws = over(provider);

    return {
      deadlineMs,
      lines,
      isOurs: isKeyturnError,
      get: (ref) => aws.get(ref),
      getChecked: (ref) => over(awsSecretsManager({ region, endpoint, versionCheck: true })).get(ref),
      async prefetch(refs) {
        const results: string[] = [];
        const given = await aws.prefetch(refs, { onError: (error, ref) => void (results[refs.indexOf(ref)] = error.code) });
        return refs.map((_, index) => (given[index] ? String(shown(given[index])) : (results[index] ?? 'nothing')));
      },
      list: async (prefix) => (await aws.list(prefix)).map(({ name }) => name),
      async fields(ref) {
        const fields = await aws.fields(ref);
        return Object.fromEntries(Object.entries(fields).map(([name, secret]) => [name, String(shown(secret))]));
      },
      fromFile: (name, content, ref) => over(file({ path: written(name, content) })).get(ref),
      async configuration(name, content) {
        const { file: _, ...config } = await loadConfig({ file: written(name, content), env: {}, cwd: scratch });
        opened.push(await createFromConfig(config));
        return config;
      },
      document: (text) => over(memory({ document: text })).get('document'),
      async afterwards() {
        const read = async () => {
          const secret = await provider.get({ name: afterwards.name }, { signal: AbortSignal.timeout(4_000), deadline: Infinity });
          return secret?.reveal() === afterwards.value ? undefined : 'the next read gave something else';
        };
        // A connection that the case ended may be found dead once, like any that was kept; what comes then has a new one.
        return read()
          .catch(read)
          .catch((error: unknown) => `the next read failed (${(error as Error).message.slice(0, 200)})`);
      },
      async close() {
        await Promise.all(opened.map((secrets) => secrets.close()));
        rmSync(place, { recursive: true, force: true });
      },
    };
  };
}
