/** The AWS SDK, loaded when first needed, and its clients: one for each region, made once, ended by us. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ClosedError, ConfigurationError } from '../core/errors.ts';

/** What of a client of the AWS SDK is used. */
export interface AwsClient {
  // The SDK's own types are overloads over every command; ours must fit any version of them.
  // oxlint-disable-next-line typescript/no-explicit-any
  send(command: any, options?: any): Promise<any>;
  destroy(): void;
  readonly config: object;
}

/** A client while it is used, with what is remembered about it. */
export interface Connection {
  readonly client: AwsClient;
  /** It once had credentials, so finding none later is an outage. */
  hadCredentials: boolean;
  /** The credentials were refused: look them up anew before the next call. */
  refreshCredentials: boolean;
}

interface Slot {
  readonly connection: Promise<Connection>;
  uses: number;
}

const maxRegions = 16;

export class AwsClients {
  readonly #make: (region: string | undefined) => Promise<AwsClient>;
  readonly #provider: string;
  /** By region, the least recently used first. */
  readonly #slots = new Map<string, Slot>();
  #isClosed = false;

  constructor(provider: string, make: (region: string | undefined) => Promise<AwsClient>) {
    this.#provider = provider;
    this.#make = make;
  }

  /** Calls `work` with the region's client, which stays alive for as long as that takes. */
  async use<T>(region: string | undefined, work: (connection: Connection) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw this.#closed();
    const key = region ?? '';
    const slot = this.#slots.get(key) ?? { connection: this.#connect(key, region), uses: 0 };
    this.#slots.delete(key);
    this.#slots.set(key, slot);
    slot.uses++;
    try {
      const connection = await slot.connection;
      if (this.#isClosed) throw this.#closed();
      return await work(connection);
    } finally {
      slot.uses--;
      this.#evict();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const slots = [...this.#slots.values()];
    this.#slots.clear();
    await Promise.all(slots.map(end));
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** A failure is not kept: the SDK may be installed, a file mended, before the next read. */
  async #connect(key: string, region: string | undefined): Promise<Connection> {
    try {
      const client = await this.#make(region);
      return { client, hadCredentials: false, refreshCredentials: false };
    } catch (error) {
      this.#slots.delete(key);
      throw error;
    }
  }

  /** References bring regions in their ARNs, so their number is bounded. One in use is never ended. */
  #evict(): void {
    for (const [region, slot] of this.#slots) {
      if (this.#slots.size <= maxRegions) return;
      if (slot.uses > 0) continue;
      this.#slots.delete(region);
      void end(slot);
    }
  }

  #closed(): ClosedError {
    return new ClosedError(`${this.#provider} was closed.`, { provider: this.#provider });
  }
}

async function end(slot: Slot): Promise<void> {
  try {
    (await slot.connection).client.destroy();
  } catch {
    // It never came to be.
  }
}

/**
 * A package of the SDK, from the working project if it has one, else from where we are installed.
 * @throws ConfigurationError with the exact install command
 */
export async function loadSdk(name: string, provider: string): Promise<Record<string, unknown>> {
  const file = resolveFrom(() => join(process.cwd(), 'package.json'), name) ?? resolveFrom(() => import.meta.url, name);
  if (file === undefined) {
    throw new ConfigurationError(`${provider} needs ${name}, which is not installed.`, { provider, hint: `npm install ${name}` });
  }
  try {
    const module = (await import(pathToFileURL(file).href)) as { default?: Record<string, unknown> };
    return module.default ?? (module as Record<string, unknown>);
  } catch {
    throw new ConfigurationError(`${provider} could not load ${name}: the installed package is damaged.`, { provider, hint: `npm install ${name}` });
  }
}

/** `from` is asked for lazily: the working directory may be gone. */
function resolveFrom(from: () => string, name: string): string | undefined {
  try {
    return createRequire(from()).resolve(name);
  } catch {
    return undefined;
  }
}
