/** AWS Secrets Manager: a secret by name or ARN, in its current, an earlier or a labelled version. */
import { bundle } from '../core/bundle.ts';
import { type Clock, type Duration, parseDuration, systemClock } from '../core/clock.ts';
import { ConfigurationError, InvalidReferenceError, isKeyturnError } from '../core/errors.ts';
import { checkKind, type Provider, type ProviderOptions, type ReadOptions, type ReadResult, type VersionInfo } from '../core/provider.ts';
import { formatRef, type SecretRef } from '../core/ref.ts';
import { Secret } from '../core/secret.ts';
import { type Answer, valueIn } from './aws-answer.ts';
import { AwsBatch, type BatchAnswer } from './aws-batch.ts';
import { AwsCalls } from './aws-calls.ts';
import type { AwsClient } from './aws-clients.ts';
import { namesFrom, Refusals, versionIn } from './aws-describe.ts';
import { checkEndpoint } from './aws-endpoint.ts';
import type { Asked } from './aws-errors.ts';
import { AwsWrite } from './aws-write.ts';
import { type CommonSettings, commonSettings } from './provider-options.ts';

export interface AwsSecretsManagerOptions extends ProviderOptions {
  /** Where names are looked up. Default: `AWS_REGION`, `AWS_DEFAULT_REGION`, then what the SDK finds. An ARN is always asked in the region it names. */
  readonly region?: string | undefined;
  /** A profile of the AWS configuration files. Default: `AWS_PROFILE`, else the SDK's chain of credentials. */
  readonly profile?: string | undefined;
  /** A role to assume with those credentials. Needs `npm install @aws-sdk/credential-providers`. */
  readonly roleArn?: string | undefined;
  /** Another address than AWS's own: a VPC endpoint, a local double. Plain http to this machine only. */
  readonly endpoint?: string | undefined;
  /** A `SecretsManagerClient` of your own, for every region. It is never closed, and its retries and timeouts are yours. */
  readonly client?: AwsClient | undefined;
  /** One secret that holds many: a JSON object in which `prod/db` is a member. Every reference is looked up in it. */
  readonly bundle?: string | undefined;
  /**
   * Ask whether a secret changed (`DescribeSecret`) before it is read again, and keep no value past the next rotation that AWS announces.
   * Spares the decryption, not the call. Default `false`.
   */
  readonly versionCheck?: boolean | undefined;
  /** How long one call may take, with connecting, logging in and the whole answer. Default `'10s'`. */
  readonly timeout?: Duration | undefined;
  readonly clock?: Clock | undefined;
}

const kind = 'aws-secrets-manager';
const service = 'AWS Secrets Manager';
const sdkName = '@aws-sdk/client-secrets-manager';
const regionName = /^[a-z]{2,4}(?:-[a-z]+){1,3}-\d{1,2}$/;
const secretArn = /^arn:aws[a-z-]*:secretsmanager:([a-z0-9-]+):\d{12}:secret:.+$/;
const roleArn = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;
const versionId = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Secrets of AWS Secrets Manager. Needs `npm install @aws-sdk/client-secrets-manager`, loaded on the first read.
 *
 * ```ts
 * const secrets = createSecrets({ providers: [awsSecretsManager({ region: 'eu-west-1', match: ['prod/**'] })] });
 * await secrets.get('prod/db#password');
 * await secrets.get('prod/db?version=AWSPREVIOUS');
 * ```
 *
 * IAM: `secretsmanager:GetSecretValue` on the secrets, and `kms:Decrypt` for those with a KMS key of their own.
 * @throws ConfigurationError for a wrong option, and on the first read when the SDK is not installed
 */
export function awsSecretsManager(options: AwsSecretsManagerOptions = {}): Provider {
  const settings = commonSettings(kind, options, ['region', 'profile', 'roleArn', 'endpoint', 'client', 'bundle', 'versionCheck', 'timeout', 'clock']);
  const provider = new AwsSecretsManager(options, settings);
  return options.bundle === undefined ? provider : bundle(provider, options.bundle);
}

class AwsSecretsManager implements Provider {
  readonly name: string;
  readonly kind = kind;
  readonly identity: string;
  readonly match?: readonly string[];
  readonly ttl?: Duration;
  readonly staleIfError?: Duration;
  readonly versionCheck: boolean;
  readonly #clock: Clock;
  readonly #region: string | undefined;
  readonly #calls: AwsCalls;
  readonly #batch = new AwsBatch();
  readonly #refusals = new Refusals();
  readonly #hasOwnClients: boolean;

  constructor(options: AwsSecretsManagerOptions, settings: CommonSettings) {
    this.name = settings.name;
    Object.assign(this, settings);
    checkKind(`${this.name}.versionCheck`, options.versionCheck, typeof options.versionCheck === 'boolean', 'true or false');
    this.versionCheck = options.versionCheck ?? false;
    this.#clock = options.clock ?? systemClock;
    const timeout = parseDuration(options.timeout ?? '10s', `${this.name}.timeout`);
    if (timeout === 0)
      throw new ConfigurationError(`${this.name}.timeout is 0: no call could be made.`, { provider: this.name, hint: `Write a duration, or 'none'.` });
    const { client } = options;
    let endpoint: string | undefined;
    this.#hasOwnClients = client === undefined;
    if (client) {
      for (const setting of ['region', 'profile', 'roleArn', 'endpoint'] as const) {
        if (options[setting] !== undefined) throw this.#wrong(setting, 'goes with no client of your own', `Give ${setting} to that client.`);
      }
      if (typeof client.send !== 'function') throw this.#wrong('client', 'is no client of the AWS SDK', 'Pass new SecretsManagerClient({ … }).');
      this.#region = undefined;
      this.identity = `${kind}:client-${numberOf(client)}`;
    } else {
      // As the AWS tools do: an empty variable is no variable.
      const env = (name: string) => process.env[name] || undefined;
      for (const setting of ['region', 'profile'] as const) {
        const value: unknown = options[setting];
        if (value !== undefined && (typeof value !== 'string' || value === ''))
          throw this.#wrong(setting, 'must be text', `Leave ${setting} out for the default.`);
      }
      endpoint = options.endpoint === undefined ? undefined : checkEndpoint(options.endpoint, `${this.name}.endpoint`, this.name);
      if (options.roleArn !== undefined && (typeof options.roleArn !== 'string' || !roleArn.test(options.roleArn)))
        throw this.#wrong('roleArn', 'is no ARN of a role', 'For example arn:aws:iam::123456789012:role/reader.');
      this.#region = options.region ?? env('AWS_REGION') ?? env('AWS_DEFAULT_REGION');
      if (this.#region !== undefined && !regionName.test(this.#region))
        throw this.#wrong('region', `${JSON.stringify(this.#region.slice(0, 40))} is no AWS region`, 'For example eu-west-1.');
      const knownEndpoint = endpoint ?? address(env('AWS_ENDPOINT_URL_SECRETS_MANAGER') ?? env('AWS_ENDPOINT_URL'));
      this.identity = `${kind}:${JSON.stringify([knownEndpoint, this.#region ?? '', options.profile ?? env('AWS_PROFILE') ?? '', options.roleArn ?? ''])}`;
    }
    this.#calls = new AwsCalls({
      name: this.name,
      service,
      sdk: sdkName,
      clientClass: 'SecretsManagerClient',
      timeout,
      clock: this.#clock,
      client,
      endpoint,
      profile: options.profile,
      roleArn: options.roleArn,
    });
  }

  async get(ref: SecretRef, options: ReadOptions): Promise<Secret | undefined> {
    const input = {
      SecretId: ref.name,
      // Said explicitly, always: after a label was moved by hand, the default is not everywhere the current version.
      ...(ref.version !== undefined && versionId.test(ref.version) ? { VersionId: ref.version } : { VersionStage: ref.version ?? 'AWSCURRENT' }),
    };
    const expiresAt = this.versionCheck ? this.#changeOf(ref, options) : undefined;
    const answer = await this.#calls.call('GetSecretValue', input, this.#regionOf(ref), options, this.#asked(ref));
    return answer && this.#secret(ref, answer as Answer, await expiresAt);
  }

  /** When the value will have changed, asked beside the read. Not knowing it is no failure, and not worth a long wait. */
  async #changeOf(ref: SecretRef, { signal, deadline }: ReadOptions): Promise<number | undefined> {
    try {
      return (await this.versionOf(ref, { signal, deadline: Math.min(deadline, this.#clock.now() + longestGlance) }))?.expiresAt;
    } catch {
      return undefined;
    }
  }

  /** In calls of twenty where `secretsmanager:BatchGetSecretValue` is allowed; else one by one. */
  async getMany(refs: readonly SecretRef[], options: ReadOptions): Promise<readonly ReadResult[]> {
    return this.#batch.read(refs, {
      call: async (names, region) => {
        const asked = { ref: undefined, provider: this.name, service, permission: 'secretsmanager:BatchGetSecretValue' };
        return (await this.#calls.call('BatchGetSecretValue', { SecretIdList: names }, region, options, asked, maxBatchBytes)) as BatchAnswer<Answer>;
      },
      regionOf: (ref) => this.#regionOf(ref),
      one: (ref) => orError(() => this.get(ref, options)),
      secret: (ref, value) => orError(async () => this.#secret(ref, value)),
      asked: (ref) => this.#asked(ref),
    });
  }

  /** Never over somebody else's change: `ConflictError` then, and nothing is written. */
  async set(ref: SecretRef, value: string | Uint8Array, options: ReadOptions): Promise<{ version: string }> {
    return { version: await this.#write(ref, options).set(value) };
  }

  /** Recoverable for 30 days, as AWS does by default; a field is gone at once. */
  async delete(ref: SecretRef, options: ReadOptions): Promise<boolean> {
    return this.#write(ref, options).delete();
  }

  /** Names in one region. Needs `secretsmanager:ListSecrets`, which AWS gives for all names or none. */
  async list(prefix: string, options: ReadOptions): Promise<readonly string[]> {
    const asked = { ref: undefined, provider: this.name, service, permission: 'secretsmanager:ListSecrets' };
    return namesFrom(prefix, this.name, (input) => this.#calls.call('ListSecrets', input, this.#region, options, asked, maxBatchBytes));
  }

  /** Needs `secretsmanager:DescribeSecret`; where that is refused the secret is read, and not asked about again. */
  async versionOf(ref: SecretRef, options: ReadOptions): Promise<VersionInfo | undefined> {
    this.#refusals.check(ref.name);
    try {
      const description = await this.#calls.call('DescribeSecret', { SecretId: ref.name }, this.#regionOf(ref), options, this.#asked(ref, 'DescribeSecret'));
      return description && versionIn(description, ref, this.name);
    } catch (error) {
      if (isKeyturnError(error) && error.code === 'ACCESS_DENIED') this.#refusals.remember(ref.name, error);
      throw error;
    }
  }

  /** Asks for a random password: every step of a read but a secret. A denial proves that AWS is there and knows us. */
  async check(options: ReadOptions): Promise<void> {
    try {
      await this.#calls.call('GetRandomPassword', {}, this.#region, options, {
        ref: undefined,
        provider: this.name,
        service,
        permission: 'secretsmanager:GetRandomPassword',
      });
    } catch (error) {
      if (!(isKeyturnError(error) && error.code === 'ACCESS_DENIED')) throw error;
    }
  }

  async close(): Promise<void> {
    await this.#calls.close();
  }

  #write(ref: SecretRef, options: ReadOptions): AwsWrite {
    const region = this.#regionOf(ref);
    return new AwsWrite(this.name, ref, (operation, input) => this.#calls.call(operation, input, region, options, this.#asked(ref, operation)));
  }

  #asked(ref: SecretRef, operation = 'GetSecretValue'): Asked {
    const resource = ref.name.startsWith('arn:') ? ref.name : `arn:aws:secretsmanager:${this.#region ?? '*'}:*:secret:${ref.name}-??????`;
    return { ref: formatRef(ref), provider: this.name, service, permission: `secretsmanager:${operation} on ${resource}` };
  }

  #secret(ref: SecretRef, answer: Answer, expiresAt?: number): Secret {
    const value = valueIn(answer, ref, this.name);
    const { VersionId: version } = answer;
    return new Secret({ ref, value, provider: this.name, version: typeof version === 'string' ? version : undefined, expiresAt, clock: this.#clock });
  }

  /** An ARN says where its secret is: another region could only answer that there is none. */
  #regionOf(ref: SecretRef): string | undefined {
    if (!ref.name.startsWith('arn:')) return this.#region;
    const region = secretArn.exec(ref.name)?.[1];
    // The region becomes part of a host name, so it must look like one.
    if (region === undefined || !regionName.test(region)) {
      throw new InvalidReferenceError(`${formatRef(ref)} is no ARN of a Secrets Manager secret.`, {
        ref: formatRef(ref),
        provider: this.name,
        hint: 'It reads arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-XXXXXX; its name alone is enough.',
      });
    }
    return this.#hasOwnClients ? region : undefined;
  }

  #wrong(setting: string, what: string, hint: string): ConfigurationError {
    return new ConfigurationError(`${this.name}.${setting} ${what}.`, { provider: this.name, hint });
  }
}

/** Twenty values of 64 KiB, escaped. */
const maxBatchBytes = 8 * 1_048_576;
/** In ms. */
const longestGlance = 1_000;

/** What `read` gives, or the error of ours that it throws. */
async function orError(read: () => Promise<Secret | undefined>): Promise<ReadResult> {
  try {
    return await read();
  } catch (error) {
    if (isKeyturnError(error)) return error;
    throw error;
  }
}

/** Without user and password, which the environment's may carry: an identity is shown. */
function address(url: string | undefined): string {
  return url !== undefined && URL.canParse(url) ? new URL(url).origin + new URL(url).pathname : '';
}

/** Two clients may be two accounts, which their objects do not tell. */
const numbers = new WeakMap<object, number>();
let lastNumber = 0;
function numberOf(client: object): number {
  const number = numbers.get(client) ?? ++lastNumber;
  numbers.set(client, number);
  return number;
}
