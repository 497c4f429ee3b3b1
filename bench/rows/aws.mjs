/** Keyturn and AWS: the command beside the `aws` command, and how many calls a hundred secrets take. Both before moto, AWS on this machine. */
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMoto } from '../../packages/keyturn/test/servers/moto.ts';
import { program, servers } from '../../packages/keyturn/test/servers/needs.ts';
import { startCounter } from '../http-counter.mjs';
import { executable, importDoor, importLibrary } from '../library.mjs';
import { compare } from './command.mjs';

const region = 'eu-west-1';
const secretCount = 100;
const mostCalls = 5;
/** Nothing of this machine's own: moto takes any credentials. */
const login = {
  AWS_ACCESS_KEY_ID: 'testing',
  AWS_SECRET_ACCESS_KEY: 'testing',
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
};

export const cliGetAws = {
  name: 'cli-get-aws',
  goal: '`keyturn get` from AWS <= 0.5 x `aws secretsmanager get-secret-value`',
  gated: true,
  isPinned: false,
  run: async () => {
    const aws = program('KEYTURN_TEST_AWS', 'aws', '--version');
    if (aws === undefined) return missing('ms', 'the aws command');
    if (!existsSync(executable)) return { ...missing('ms'), note: 'The executable is not built yet.' };
    return withMoto('ms', async (moto) => {
      await createSecretsAt(moto.url, ['prod/db']);
      const folder = project();
      const env = { ...login, AWS_ENDPOINT_URL: moto.url };
      const words = ['secretsmanager', 'get-secret-value', '--secret-id', 'prod/db', '--query', 'SecretString', '--output', 'text'];
      try {
        return await compare(
          [
            { name: 'keyturn get', args: [executable, 'get', 'prod/db'], expected: valueOf('prod/db'), env },
            { name: 'aws secretsmanager', command: aws, args: words, expected: `${valueOf('prod/db')}\n`, env },
          ],
          folder,
          0.5,
        );
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  },
};

export const batch = {
  name: 'batch',
  goal: `${secretCount} secrets of AWS by prefetch in <= ${mostCalls} calls`,
  gated: true,
  run: () =>
    withMoto('calls', async (moto) => {
      const names = Array.from({ length: secretCount }, (_, index) => `prod/service-${index}`);
      await createSecretsAt(moto.url, names);
      const counter = await startCounter(moto.port);
      try {
        const calls = await prefetch(counter, names);
        return {
          measured: calls,
          unit: 'calls',
          ratio: calls / mostCalls,
          holds: calls <= mostCalls,
          peers: { 'one by one': { measured: secretCount, ratio: calls / secretCount } },
          runs: 1,
          note: `${[...new Set(counter.targets)].join(', ')}. The ratio is to the ${mostCalls} calls.`,
        };
      } finally {
        await counter.close();
      }
    }),
};

/** How many calls it took. A wrong value is no figure. */
async function prefetch(counter, names) {
  const [{ createSecrets }, { awsSecretsManager }] = await Promise.all([importLibrary(), importDoor('providers/aws-secrets-manager.js')]);
  const secrets = createSecrets({ providers: [awsSecretsManager({ region, endpoint: counter.url })], attemptTimeout: '30s', deadline: '30s' });
  try {
    const given = await secrets.prefetch(names);
    for (const [index, name] of names.entries()) if (given[index]?.reveal() !== valueOf(name)) throw new Error(`${name} came back wrong.`);
    return counter.targets.length;
  } finally {
    await secrets.close();
  }
}

async function withMoto(unit, work) {
  if (servers.moto.find() === undefined) return missing(unit, 'moto');
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, login);
  const moto = await startMoto();
  try {
    return await work(moto);
  } finally {
    await moto.stop();
  }
}

function missing(unit, what) {
  return {
    measured: null,
    unit,
    ratio: null,
    holds: null,
    peers: {},
    runs: 0,
    note: `Skipped: ${what} is not on this machine. To get it: ${servers.moto.install}`,
  };
}

const valueOf = (name) => `value of ${name}`;

async function createSecretsAt(endpoint, names) {
  const { CreateSecretCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  const client = new SecretsManagerClient({ endpoint, region });
  for (const name of names) await client.send(new CreateSecretCommand({ Name: name, SecretString: valueOf(name) }));
  client.destroy();
}

/** A folder as a user has it, and his home: the configuration file. */
function project() {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-bench-'));
  chmodSync(folder, 0o700);
  writeFileSync(join(folder, 'keyturn.json'), JSON.stringify({ providers: [{ 'aws-secrets-manager': { region } }] }), { mode: 0o600 });
  return folder;
}
