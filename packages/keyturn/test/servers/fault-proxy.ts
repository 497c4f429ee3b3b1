/** A TCP proxy in front of any server, for what servers do not do on request: silence, resets, half answers, delays, closed ports. */
import { createServer, connect, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { freePort } from './ports.ts';

export type Fault =
  | { readonly kind: 'pass' }
  /** Accepts, reads, and never answers. */
  | { readonly kind: 'silence' }
  /** Accepts, and resets the connection when the first bytes arrive. */
  | { readonly kind: 'reset' }
  /** Passes this many bytes of the answer, then closes the connection, or stays silent. */
  | { readonly kind: 'half'; readonly bytes: number; readonly afterwards: 'close' | 'silence' }
  /** Passes everything, each piece of the answer this late. */
  | { readonly kind: 'latency'; readonly ms: number }
  /** Answers itself, with these bytes, and closes the connection unless there are none; with `operation` only where AWS is asked for that. */
  | { readonly kind: 'answer'; readonly bytes: string; readonly operation?: string }
  /** The port is closed. */
  | { readonly kind: 'refuse' };

export class FaultProxy {
  readonly port: number;
  /** Connections accepted since the start. */
  accepted = 0;
  /** What AWS was asked for, in order: `GetSecretValue`. */
  readonly operations: string[] = [];
  /** The head of each of those requests. */
  readonly heads: string[] = [];
  readonly #target: { readonly host: string; readonly port: number };
  readonly #open = new Set<Socket>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #fault: Fault = { kind: 'pass' };
  #server: Server | undefined;

  private constructor(port: number, target: { host: string; port: number }) {
    this.port = port;
    this.#target = target;
  }

  /** Listens in front of the server at `port` of this machine. */
  static async before(port: number): Promise<FaultProxy> {
    const proxy = new FaultProxy(await freePort(), { host: '127.0.0.1', port });
    await proxy.#listen();
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Connections that clients hold open now. */
  get open(): number {
    return this.#open.size;
  }

  /** What happens to connections from now on. Those that are open stay as they are, but for `refuse`, which ends them. */
  async set(fault: Fault): Promise<void> {
    this.#fault = fault;
    if (fault.kind === 'refuse') await this.close();
    else if (!this.#server) await this.#listen();
  }

  /** Resolves when no client holds a connection any more; rejects after `ms`. */
  async untilAllClosed(ms = 2_000): Promise<void> {
    const giveUpAt = performance.now() + ms;
    while (this.#open.size > 0) {
      if (performance.now() > giveUpAt) throw new Error(`${this.#open.size} connections are still open after ${ms} ms.`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    for (const socket of this.#open) socket.destroy();
    if (!server) return;
    server.close();
    await once(server, 'close');
  }

  async #listen(): Promise<void> {
    const server = createServer((client) => {
      this.accepted++;
      this.#open.add(client);
      client.on('close', () => this.#open.delete(client));
      client.on('error', () => undefined);
      this.#serve(client, this.#fault);
    });
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.#server = server;
  }

  #serve(client: Socket, fault: Fault): void {
    if (fault.kind === 'silence') {
      client.resume();
      return;
    }
    if (fault.kind === 'reset') {
      client.once('data', () => client.resetAndDestroy());
      return;
    }
    client.once('data', (first: Buffer) => {
      const [head = ''] = first.toString('latin1').split('\r\n\r\n');
      const operation = /^x-amz-target: \w+\.(\w+)$/im.exec(head)?.[1] ?? '';
      this.operations.push(operation);
      this.heads.push(head);
      if (fault.kind === 'answer' && (fault.operation ?? operation) === operation) {
        if (fault.bytes !== '') client.end(fault.bytes);
      } else this.#passOn(client, first, fault);
    });
  }

  #passOn(client: Socket, first: Buffer, fault: Fault): void {
    const upstream = connect(this.#target);
    upstream.write(first);
    upstream.on('error', () => client.destroy());
    upstream.on('close', () => {
      if (fault.kind === 'pass' || fault.kind === 'answer') client.end();
    });
    client.on('close', () => upstream.destroy());
    client.pipe(upstream);
    if (fault.kind === 'half') this.#passHalf(upstream, client, fault);
    else if (fault.kind === 'latency') this.#passLate(upstream, client, fault.ms);
    else upstream.pipe(client);
  }

  #passHalf(upstream: Socket, client: Socket, { bytes, afterwards }: { bytes: number; afterwards: 'close' | 'silence' }): void {
    let left = bytes;
    upstream.on('data', (chunk) => {
      if (left > 0) client.write(chunk.subarray(0, left));
      left -= chunk.length;
      if (left > 0) return;
      upstream.destroy();
      if (afterwards === 'close') client.end();
    });
  }

  #passLate(upstream: Socket, client: Socket, ms: number): void {
    const later = (action: () => void) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        action();
      }, ms);
      this.#timers.add(timer);
    };
    upstream.on('data', (chunk) => {
      later(() => client.write(chunk));
    });
    upstream.on('end', () => {
      later(() => client.end());
    });
  }
}
