/** Every setting, from wherever it is set, changes what the running secrets do. */
import { expect, test, vi } from 'vitest';
import { createFromConfig } from '../../src/config/create.ts';
import {
  type ProviderKind,
  providerOptions,
  type commonOptions,
  type secretOptions,
  type SettingPath,
  settings,
  variableOf,
} from '../../src/config/settings.ts';
import { setAt } from '../../src/config/set-at.ts';
import { isKeyturnError, type Provider, type Secrets } from '../../src/index.ts';
import { type Asked, awsAnswer, type HttpAnswerer, startHttpAnswerer } from '../servers/http-answerer.ts';
import { asAwsAlone } from '../support/aws.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { checked, type Told, told, unavailable } from '../support/source.ts';
import { Machine } from './fixture.ts';

asAwsAlone();

interface Running {
  readonly secrets: Secrets;
  readonly source: Told;
  readonly clock: FakeClock;
  readonly lines: readonly string[];
}

const minutes = (count: number) => count * 60_000;

/** What a caller gets: the value, or the code of the error. */
async function got(reading: Promise<{ reveal(): string } | undefined>): Promise<string | undefined> {
  try {
    return (await reading)?.reveal();
  } catch (error) {
    return isKeyturnError(error) ? error.code : String(error);
  }
}

/** Reads a secret, lets time pass, and tells whether it is still fresh. */
const isFreshAfter = (ms: number) => async (running: Running) => {
  await running.secrets.get('a');
  await running.clock.advance(ms);
  return running.secrets.peek('a') !== undefined;
};

/** Reads a secret, lets time pass, and tells what is had while the source is away. */
const coverAfter = (ms: number) => async (running: Running) => {
  await running.secrets.get('a');
  running.source.failure = unavailable('env');
  await running.clock.advance(ms);
  return got(running.secrets.get('a'));
};

const failureOf = async ({ secrets, source, clock }: Running) => {
  source.isSlow = true;
  const failed = secrets.get('a').catch((error: Error) => error.message);
  await clock.advance(minutes(1));
  return failed;
};

interface Probe {
  /** As a person writes it. */
  readonly value: string;
  readonly look: (running: Running) => Promise<unknown>;
  /** What `look` sees with the setting, and without it. */
  readonly sees: readonly [set: unknown, unset: unknown];
  /** What else is set. */
  readonly beside?: Readonly<Record<string, unknown>>;
}

const probes: Readonly<Record<SettingPath, Probe>> = {
  'cache.ttl': { value: '7m', look: isFreshAfter(minutes(6)), sees: [true, false] },
  'cache.staleIfError': { value: '3h', look: coverAfter(minutes(120)), sees: ['1', 'PROVIDER_UNAVAILABLE'] },
  'cache.maxEntries': {
    value: '1',
    async look({ secrets }) {
      await secrets.get('a');
      await secrets.get('b');
      return secrets.stats().entries;
    },
    sees: [1, 2],
  },
  'cache.negativeTtl': {
    value: '1m',
    async look({ secrets, clock, source }) {
      await secrets.find('none');
      await clock.advance(30_000);
      await secrets.find('none');
      return source.reads.length;
    },
    sees: [1, 2],
  },
  'cache.minTtl': { value: '10m', look: isFreshAfter(minutes(9)), sees: [true, false] },
  'cache.maxTtl': { value: '1m', look: isFreshAfter(minutes(2)), sees: [false, true] },
  'cache.rereadAfter': {
    value: '2m',
    async look({ secrets, source, clock }) {
      await secrets.get('a');
      await clock.advance(minutes(6));
      await secrets.get('a');
      return source.reads.length;
    },
    sees: [2, 1],
  },
  'cache.sweepInterval': {
    value: '5s',
    beside: { cache: { ttl: '1s', staleIfError: 0 } },
    async look({ secrets, clock }) {
      await secrets.get('a');
      await clock.advance(10_000);
      return secrets.stats().entries;
    },
    sees: [0, 1],
  },
  attemptTimeout: { value: '1s', look: failureOf, sees: [expect.stringContaining('within 1s'), expect.stringContaining('within 3s')] },
  deadline: { value: '2s', look: failureOf, sees: [expect.stringContaining('2s'), expect.stringContaining('within 3s')] },
  'log.level': {
    value: 'debug',
    async look({ secrets, lines }) {
      await secrets.get('a');
      return lines.length;
    },
    sees: [1, 0],
  },
};

async function running(document: object, env: Record<string, string>, code: object): Promise<Running> {
  const machine = new Machine();
  machine.file('home/keyturn.json', JSON.stringify({ providers: ['env'], ...document }));
  const clock = new FakeClock();
  const source = checked(told({ a: '1', b: '2' }, { name: 'env', clock }));
  const lines: string[] = [];
  const line = (text: string) => void lines.push(text);
  const logger = { debug: line, info: line, warn: line, error: line };
  const secrets = await createFromConfig(await machine.load({ env }), { clock, logger, random: () => 0, wrap: () => source, ...code });
  return { secrets, source, clock, lines };
}

const inCode = (path: string, value: unknown) => {
  const options: Record<string, unknown> = {};
  setAt(options, path.replace('cache.', ''), value);
  return options;
};

test.for(Object.entries(probes))('%s does what it says, from the file, from its variable and from code', async ([path, probe]) => {
  const { value, look, sees, beside = {} } = probe;
  const [set, unset] = sees;
  const typed = path === 'cache.maxEntries' ? Number(value) : value;
  const inFile: Record<string, unknown> = { ...beside };
  setAt(inFile, path, typed);
  const other = settings.find((each) => each.path === path)!.default;
  const otherInFile: Record<string, unknown> = { ...beside };
  setAt(otherInFile, path, other);
  const ways: readonly [string, Parameters<typeof running>, unknown][] = [
    ['nowhere', [beside, {}, {}], unset],
    ['the file', [inFile, {}, {}], set],
    ['the variable', [beside, { [variableOf(path)]: value }, {}], set],
    ['the variable before the file', [otherInFile, { [variableOf(path)]: value }, {}], set],
    ['code', [beside, {}, inCode(path, typed)], set],
    ['code before the variable', [beside, { [variableOf(path)]: other }, inCode(path, typed)], set],
  ];
  for (const [where, how, wanted] of ways) {
    const one = await running(...how);
    expect(await look(one), where).toEqual(wanted);
    await one.secrets.close();
  }
});

test('a setting of one secret is that secret’s own', async () => {
  const looks: Readonly<Record<keyof typeof secretOptions, [string, (running: Running) => Promise<unknown>, unknown, unknown]>> = {
    ttl: ['7m', isFreshAfter(minutes(6)), true, false],
    staleIfError: ['3h', coverAfter(minutes(120)), '1', 'PROVIDER_UNAVAILABLE'],
  };
  for (const [option, [value, look, set, unset]] of Object.entries(looks)) {
    for (const [ref, wanted] of [
      ['a', set],
      ['b', unset],
    ] as const) {
      const one = await running({ secrets: { [ref]: { [option]: value } } }, {}, {});
      expect(await look(one), `${option} of ${ref}`).toEqual(wanted);
      await one.secrets.close();
    }
  }
});

test('onUnavailable decides whether the next is asked', async () => {
  for (const [word, wanted] of [
    ['next', 'from the other'],
    ['stop', 'PROVIDER_UNAVAILABLE'],
  ] as const) {
    const machine = new Machine();
    machine.file('home/keyturn.json', JSON.stringify({ providers: ['env', { file: { path: 'secrets.json' } }], onUnavailable: { env: word } }));
    machine.file('home/secrets.json', '{"a/b":"from the other"}', 0o600);
    const away = told({}, { name: 'env' });
    away.failure = unavailable('env');
    const secrets = await createFromConfig(await machine.load(), { wrap: (next) => (next.name === 'env' ? away : next) });
    expect(await got(secrets.get('a/b'))).toBe(wanted);
    await secrets.close();
  }
});

/** What a provider of this kind, with these options in the file, lets `look` see. */
type Look = (options: Readonly<Record<string, unknown>>, machine: Machine) => Promise<unknown>;

const open =
  (kind: ProviderKind, look: (secrets: Secrets) => Promise<unknown>, wrap?: (next: Provider) => Provider, clock?: FakeClock): Look =>
  async (options, machine) => {
    machine.file('home/keyturn.json', JSON.stringify({ providers: [{ [kind]: options }] }));
    const secrets = await createFromConfig(await machine.load({ file: 'keyturn.json' }), {
      attemptTimeout: 'none',
      random: () => 0,
      ...(wrap && { wrap }),
      ...(clock && { clock }),
    });
    try {
      return await look(secrets);
    } finally {
      await secrets.close();
    }
  };

const inEnvironment = (variables: Record<string, string>, ref: string): Look => {
  const look = open('env', (secrets) => got(secrets.find(ref)));
  return (options, machine) => {
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    return look(options, machine);
  };
};

/** The provider that the file describes, answering from `source`. */
const behind =
  (look: (running: Running) => Promise<unknown>): Look =>
  (options, machine) => {
    const clock = new FakeClock();
    const source = told({ a: '1' }, { name: 'env', clock });
    return open(
      'env',
      (secrets) => look({ secrets, source, clock, lines: [] }),
      (next) => ({ ...next, get: (ref, how) => source.get(ref, how) }),
      clock,
    )(options, machine);
  };

/** Does `work` with a double of AWS that has the one secret `a/b`, and a profile `other`. */
async function withAws<T>(machine: Machine, work: (aws: HttpAnswerer) => Promise<T>): Promise<T> {
  const aws = await startHttpAnswerer();
  aws.answer(awsAnswer({ SecretString: '{"a/b":"value"}' }));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', machine.file('credentials', '[other]\naws_access_key_id = OTHER\naws_secret_access_key = x\n', 0o600));
  try {
    return await work(aws);
  } finally {
    await aws.close();
  }
}

/** What AWS is sent for `a/b`: by whom, and for which secret. */
const sentToAws =
  (see: (asked: { authorization: string; secret: string }) => unknown): Look =>
  (options, machine) =>
    withAws(machine, (aws) =>
      open('aws-secrets-manager', async (secrets) => {
        // Of keys in the environment beside a profile the SDK says at length that they are not used.
        vi.stubEnv('AWS_ACCESS_KEY_ID', 'profile' in options ? undefined : 'testing');
        await secrets.get('a/b');
        const [{ headers, body }] = aws.asked as [Asked];
        return see({ authorization: headers.authorization!, secret: (JSON.parse(body) as { SecretId: string }).SecretId });
      })({ endpoint: aws.url, region: 'eu-west-1', ...options }, machine),
    );

/** With a double of STS that gives everybody the role. */
function withSts(look: Look): Look {
  return async (options, machine) => {
    const sts = await startHttpAnswerer();
    const credentials = '<AccessKeyId>ASSUMED</AccessKeyId><SecretAccessKey>x</SecretAccessKey><SessionToken>x</SessionToken>';
    sts.answer({
      status: 200,
      headers: { 'content-type': 'text/xml' },
      body: `<AssumeRoleResponse><AssumeRoleResult><Credentials>${credentials}<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
    });
    vi.stubEnv('AWS_ENDPOINT_URL_STS', sts.url);
    try {
      return await look(options, machine);
    } finally {
      await sts.close();
    }
  };
}

/** How many calls one cold read makes. */
const howOften: Look = (options, machine) =>
  withAws(machine, (aws) =>
    open('aws-secrets-manager', async (secrets) => {
      await secrets.get('a/b');
      return aws.asked.length;
    })({ endpoint: aws.url, region: 'eu-west-1', ...options }, machine),
  );

const answered: Look = (options, machine) =>
  withAws(machine, (aws) =>
    open('aws-secrets-manager', (secrets) => got(secrets.get('a/b#a/b')))({ endpoint: aws.url, region: 'eu-west-1', ...options }, machine),
  );

/** Two doubles, one in the environment and one that `endpoint` names. */
const whoIsAsked: Look = (options, machine) =>
  withAws(machine, (ours) =>
    withAws(machine, async (named) => {
      vi.stubEnv('AWS_ENDPOINT_URL', ours.url);
      const look = open('aws-secrets-manager', (secrets) => got(secrets.get('a/b')));
      await look({ region: 'eu-west-1', ...('endpoint' in options && { endpoint: named.url }) }, machine);
      return named.asked.length > 0 ? 'the endpoint' : ours.asked.length > 0 ? 'the environment’s' : 'nobody';
    }),
  );

interface OptionProbe {
  readonly value: unknown;
  readonly look: Look;
  readonly sees: readonly [set: unknown, unset: unknown];
}

const loosely: Look = (options, machine) => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  machine.file('home/.config/keyturn/secrets.json', '{"a/b":"the own"}', 0o600);
  vi.stubEnv('XDG_CONFIG_HOME', `${machine.home}/.config`);
  machine.file('home/other.json', '{"a/b":"the other"}', 0o644);
  return open('file', (secrets) => got(secrets.find('a/b')))(options, machine);
};

const optionProbes: { readonly [Kind in ProviderKind]: Readonly<Record<keyof (typeof providerOptions)[Kind], OptionProbe>> } = {
  env: {
    prefix: { value: 'MYAPP', look: inEnvironment({ MYAPP_PROD_DB: 'mine', PROD_DB: 'anybody’s' }, 'prod/db'), sees: ['mine', 'anybody’s'] },
    allowEmpty: { value: true, look: inEnvironment({ PROD_DB: '' }, 'prod/db'), sees: ['', undefined] },
  },
  file: {
    path: { value: 'other.json', look: loosely, sees: ['the other', 'the own'] },
    strictModes: {
      value: true,
      look: (options, machine) => loosely({ path: 'other.json', ...options }, machine),
      sees: ['CONFIGURATION', 'the other'],
    },
  },
  'aws-secrets-manager': {
    region: { value: 'us-east-2', look: sentToAws(({ authorization }) => /\/(\w+-\w+-\d)\//.exec(authorization)?.[1]), sees: ['us-east-2', 'eu-west-1'] },
    profile: { value: 'other', look: sentToAws(({ authorization }) => /Credential=(\w+)\//.exec(authorization)?.[1]), sees: ['OTHER', 'testing'] },
    roleArn: {
      value: 'arn:aws:iam::123456789012:role/reader',
      look: withSts(sentToAws(({ authorization }) => /Credential=(\w+)\//.exec(authorization)?.[1])),
      sees: ['ASSUMED', 'testing'],
    },
    endpoint: { value: 'said below', look: whoIsAsked, sees: ['the endpoint', 'the environment’s'] },
    bundle: { value: 'prod/all', look: sentToAws(({ secret }) => secret), sees: ['prod/all', 'a/b'] },
    versionCheck: { value: true, look: howOften, sees: [2, 1] },
    // Less than an answer takes even from this machine.
    timeout: { value: '1ms', look: answered, sees: ['PROVIDER_UNAVAILABLE', 'value'] },
  },
};

const commonProbes: Readonly<Record<keyof typeof commonOptions, OptionProbe>> = {
  name: { value: 'vars', look: open('env', (secrets) => Promise.resolve(secrets.providers)), sees: [['vars'], ['env']] },
  match: { value: ['prod/**'], look: inEnvironment({ TEST_DB: 'x' }, 'test/db'), sees: [undefined, 'x'] },
  ttl: { value: '7m', look: behind(isFreshAfter(minutes(6))), sees: [true, false] },
  staleIfError: { value: '3h', look: behind(coverAfter(minutes(120))), sees: ['1', 'PROVIDER_UNAVAILABLE'] },
};

const all = [
  ...Object.entries(commonProbes).map(([option, probe]) => [`every provider’s ${option}`, option, probe] as const),
  ...Object.entries(optionProbes).flatMap(([kind, probesOf]) =>
    Object.entries(probesOf).map(([option, probe]) => [`${option} of ${kind}`, option, probe as OptionProbe] as const),
  ),
];

test.for(all)('%s does what it says', async ([, option, { value, look, sees }]) => {
  expect(await look({ [option]: value }, new Machine())).toEqual(sees[0]);
  expect(await look({}, new Machine())).toEqual(sees[1]);
});
