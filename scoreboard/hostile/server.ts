/** A server that says what the case under trial tells it to, byte by byte. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { type Answer, type Asked, json, secretOf, type Step } from './answer.ts';

/** Read after a case: whatever it was, it must leave nothing behind that spoils this one. */
export const afterwards = { name: 'after', value: 'the value of afterwards' };

export interface HostileServer {
  readonly port: number;
  /** What is wrong when clients still hold connections a while after they should not. */
  untilClosed(): Promise<string | undefined>;
  answer(answer: Answer | undefined): void;
  close(): Promise<void>;
}

export async function startHostileServer(): Promise<HostileServer> {
  let answer: Answer | undefined;
  let count = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    eachRequest(socket, (asked) => {
      const steps =
        asked.input['SecretId'] === afterwards.name
          ? [json(secretOf(afterwards.name, { SecretString: afterwards.value }))]
          : answer?.({ ...asked, count: count++ });
      if (steps) void say(socket, steps);
      else socket.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async untilClosed() {
      const giveUpAt = performance.now() + 2_000;
      while (sockets.size > 0 && performance.now() < giveUpAt) await new Promise(setImmediate);
      return sockets.size > 0 ? `${sockets.size} connections were left open` : undefined;
    },
    answer(next) {
      answer = next;
      count = 0;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function say(socket: Socket, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    if (socket.destroyed) return;
    if (typeof step === 'string' || step instanceof Uint8Array) await write(socket, step);
    else if ('wait' in step) await new Promise((resolve) => setTimeout(resolve, step.wait));
    else if ('endless' in step) while (await write(socket, step.endless));
    else if (step.end === 'close') socket.end();
    else socket.resetAndDestroy();
  }
}

/** Waits until it went out. `false` when nobody listens any more. */
function write(socket: Socket, data: string | Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    if (socket.destroyed) return resolve(false);
    socket.write(typeof data === 'string' ? Buffer.from(data, 'latin1') : data, (error) => {
      resolve(!error);
    });
  });
}

/** What a client of AWS asks: a head, and a body as long as it says. */
function eachRequest(socket: Socket, then: (asked: Omit<Asked, 'count'>) => void): void {
  let got = Buffer.alloc(0);
  socket.on('data', (data) => {
    got = Buffer.concat([got, data]);
    for (;;) {
      const end = got.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = got.subarray(0, end).toString('latin1');
      const length = Number(/^content-length: *(\d+)$/im.exec(head)?.[1] ?? 0);
      if (got.length < end + 4 + length) return;
      const body = got.subarray(end + 4, end + 4 + length).toString();
      got = got.subarray(end + 4 + length);
      then({
        operation: /^x-amz-target: *\w+\.(\w+)$/im.exec(head)?.[1] ?? '',
        path: head.split(' ')[1] ?? '',
        input: (body === '' ? {} : JSON.parse(body)) as Record<string, unknown>,
      });
    }
  });
}
