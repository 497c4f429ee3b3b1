/** Calls to one service of AWS, each made once: in time, to an allowed address, with a bounded answer, and with our errors only. */
import { type Clock, formatDuration, limitTime, unlessAborted } from '../core/clock.ts';
import { ConfigurationError, InvalidSecretError, type KeyturnError, ProviderUnavailableError } from '../core/errors.ts';
import type { ReadOptions } from '../core/provider.ts';
import { isWholeJson } from './aws-answer.ts';
import { type AwsClient, AwsClients, type Connection, loadSdk } from './aws-clients.ts';
import { refusal } from './aws-endpoint.ts';
import { type Asked, callError, credentialsError, isLoginRefused } from './aws-errors.ts';

export interface AwsCallSettings {
  /** Name of the provider. */
  readonly name: string;
  /** `AWS Secrets Manager` */
  readonly service: string;
  /** `@aws-sdk/client-secrets-manager` */
  readonly sdk: string;
  readonly clientClass: string;
  /** For one call with all that belongs to it, in ms; `Infinity` for none. */
  readonly timeout: number;
  readonly clock: Clock;
  /** The caller's own, used for everything and never closed. */
  readonly client: AwsClient | undefined;
  readonly endpoint: string | undefined;
  readonly profile: string | undefined;
  readonly roleArn: string | undefined;
}

const maxAnswerBytes = 1_048_576;
const connectionTimeoutMs = 2_000;

export class AwsCalls {
  readonly #settings: AwsCallSettings;
  readonly #clients: AwsClients;
  #sdk: Record<string, unknown> | undefined;

  constructor(settings: AwsCallSettings) {
    const { client, name } = settings;
    this.#settings = settings;
    this.#clients = new AwsClients(name, client ? () => Promise.resolve(borrowed(client)) : (region) => this.#connect(region));
  }

  /** An answer, `undefined` for "no such secret", or one of our errors. @param mostBytes of the answer; default 1 MiB */
  async call(
    operation: string,
    input: object,
    region: string | undefined,
    options: ReadOptions,
    asked: Asked,
    mostBytes = maxAnswerBytes,
  ): Promise<object | undefined> {
    options.signal.throwIfAborted();
    const ms = Math.max(0, Math.min(this.#settings.timeout, options.deadline - this.#settings.clock.now()));
    const limit = limitTime(this.#settings.clock, ms, () => this.#silence(ms, asked), options.signal);
    const work = this.#clients.use(region, async (connection) => {
      await this.#prepare(connection, asked);
      limit.signal.throwIfAborted();
      return this.#send(connection, { operation, input, mostBytes }, limit.signal, asked);
    });
    try {
      return await unlessAborted(work, limit.signal);
    } catch (error) {
      // What an abort makes the SDK throw is its own; the reason is ours or the caller's.
      limit.signal.throwIfAborted();
      throw error;
    } finally {
      limit.done();
    }
  }

  #silence(ms: number, asked: Asked): ProviderUnavailableError {
    return new ProviderUnavailableError(
      `${asked.ref === undefined ? '' : `${asked.ref}: `}${this.#settings.name} did not answer within ${formatDuration(ms)}.`,
      {
        ...(asked.ref !== undefined && { ref: asked.ref }),
        provider: this.#settings.name,
        hint: `Check the network, the region and the endpoint of ${this.#settings.service}.`,
      },
    );
  }

  /** The region and our own credentials, before anything is asked: what goes wrong here says nothing about a secret. */
  async #prepare(connection: Connection, asked: Asked): Promise<void> {
    const config = connection.client.config as { region?: unknown; credentials?: unknown };
    if (typeof config.region === 'function') {
      try {
        await (config.region as () => Promise<unknown>)();
      } catch {
        throw new ConfigurationError(`${this.#settings.name}: no AWS region is set.`, {
          provider: this.#settings.name,
          hint: 'Set region, AWS_REGION, or a region in the AWS profile.',
        });
      }
    }
    if (typeof config.credentials !== 'function') return;
    try {
      await (config.credentials as (options: object) => Promise<unknown>)({ forceRefresh: connection.refreshCredentials });
      connection.hadCredentials = true;
      connection.refreshCredentials = false;
    } catch (error) {
      throw credentialsError(error, asked, connection.hadCredentials || hasRemoteCredentials(), this.#settings.roleArn);
    }
  }

  async #send(connection: Connection, { operation, input, mostBytes }: Call, signal: AbortSignal, asked: Asked): Promise<object | undefined> {
    const sdk = await this.#loadSdk();
    const command = new (sdk[`${operation}Command`] as CommandClass)(input);
    let ours: KeyturnError | undefined;
    // Next to the wire, under the SDK's own steps. What is thrown passes through these, which add to it: our error is kept aside.
    command.middlewareStack.add(
      (next) => async (args) => {
        const refused = this.#settings.client === undefined ? refusal(args.request.protocol, args.request.hostname) : undefined;
        if (refused) {
          ours = new ConfigurationError(`The endpoint of ${this.#settings.name} ${refused.what}.`, { provider: this.#settings.name, hint: refused.hint });
          throw new Error('refused');
        }
        const result = await next(args);
        const body = await readBody(result.response.body, mostBytes);
        if (body === undefined) {
          ours = new InvalidSecretError(`${asked.ref ?? this.#settings.name}: the answer of ${this.#settings.name} is over ${mostBytes / 1_048_576} MiB.`, {
            ...(asked.ref !== undefined && { ref: asked.ref }),
            provider: this.#settings.name,
          });
          throw new Error('too large');
        }
        if (result.response.statusCode < 300 && !isWholeJson(body)) {
          ours = this.#unreadable(asked);
          throw new Error('unreadable');
        }
        result.response.body = body;
        return result;
      },
      { step: 'deserialize', priority: 'low', name: 'keyturnWire', override: true },
    );
    try {
      return (await connection.client.send(command, { abortSignal: signal })) as object;
    } catch (error) {
      const translated = ours ?? callError(error, asked);
      if (isLoginRefused(translated)) connection.refreshCredentials = true;
      if (translated) throw translated;
      return undefined;
    }
  }

  /** Cut, altered on its way, or from something else than AWS: no verdict on the secret. */
  #unreadable({ ref }: Asked): ProviderUnavailableError {
    const { name, service } = this.#settings;
    return new ProviderUnavailableError(`${ref === undefined ? '' : `${ref}: `}${name} could not be asked: what answered is no whole JSON text.`, {
      ...(ref !== undefined && { ref }),
      provider: name,
      hint: `Something between Keyturn and AWS may have answered: check the network, the region and the endpoint of ${service}.`,
    });
  }

  async close(): Promise<void> {
    await this.#clients.close();
  }

  async #connect(region: string | undefined): Promise<AwsClient> {
    const { profile, endpoint, clientClass, roleArn } = this.#settings;
    const credentials = roleArn === undefined ? undefined : await this.#roleCredentials(roleArn);
    const sdk = await this.#loadSdk();
    const timeout = this.#settings.timeout === Infinity ? 0 : this.#settings.timeout;
    return new (sdk[clientClass] as new (config: object) => AwsClient)({
      ...(region !== undefined && { region }),
      ...(profile !== undefined && { profile }),
      ...(endpoint !== undefined && { endpoint }),
      ...(credentials !== undefined && { credentials }),
      // Retrying is a wrap of ours, and exists once; `adaptive` from the environment would wait on its own.
      maxAttempts: 1,
      retryMode: 'standard',
      // Passed on to the credential chain: a credentials file that was renewed is read again.
      ignoreCache: true,
      // Without throwOnRequestTimeout the SDK only logs that a server is silent.
      requestHandler: {
        connectionTimeout: Math.min(timeout || connectionTimeoutMs, connectionTimeoutMs),
        requestTimeout: timeout,
        throwOnRequestTimeout: true,
      },
    });
  }

  /** Through the SDK, which renews them before they end; over the sockets of the client that asks for them, and ended with those. */
  async #roleCredentials(RoleArn: string): Promise<unknown> {
    const { name, profile } = this.#settings;
    const sdk = await loadSdk('@aws-sdk/credential-providers', name);
    const assume = sdk['fromTemporaryCredentials'] as (options: object) => unknown;
    return assume({ params: { RoleArn, RoleSessionName: 'keyturn' }, clientConfig: { maxAttempts: 1, ...(profile !== undefined && { profile }) } });
  }

  async #loadSdk(): Promise<Record<string, unknown>> {
    return (this.#sdk ??= await loadSdk(this.#settings.sdk, this.#settings.name));
  }
}

interface Call {
  readonly operation: string;
  readonly input: object;
  readonly mostBytes: number;
}

interface Wire {
  readonly request: { readonly protocol: string; readonly hostname: string };
}
interface Reply {
  readonly response: { body: unknown; readonly statusCode: number };
}
type CommandClass = new (input: object) => {
  readonly middlewareStack: { add(middleware: (next: (args: Wire) => Promise<Reply>) => (args: Wire) => Promise<Reply>, options: object): void };
};

/** The whole body, or `undefined` when it is too large; then the connection is closed at once. */
async function readBody(body: unknown, mostBytes: number): Promise<Uint8Array | undefined> {
  if (body instanceof Uint8Array) return body.byteLength <= mostBytes ? body : undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop early destroys the stream, and with it the socket.
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > mostBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function borrowed(client: AwsClient): AwsClient {
  return {
    send: (command: unknown, options: unknown) => client.send(command, options) as Promise<unknown>,
    destroy: () => undefined,
    config: client.config ?? {},
  };
}

/** The environment says that credentials come over the network, so finding none means that their source is away. */
function hasRemoteCredentials(): boolean {
  return ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', 'AWS_CONTAINER_CREDENTIALS_FULL_URI', 'AWS_EC2_METADATA_SERVICE_ENDPOINT'].some(
    (name) => process.env[name],
  );
}
