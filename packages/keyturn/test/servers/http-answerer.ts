/** A tiny HTTP server that answers whatever a test tells it to, for the answers that no double gives. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

export interface Asked {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface HttpAnswerer {
  readonly url: string;
  readonly port: number;
  /** What it was asked, in order. */
  readonly asked: Asked[];
  /** Connections accepted since the start. */
  readonly connections: () => number;
  /** Those that clients hold open now. */
  readonly open: () => number;
  /** The answer from now on. */
  answer(answer: Answer | ((asked: Asked) => Answer)): void;
  close(): Promise<void>;
}

export async function startHttpAnswerer(): Promise<HttpAnswerer> {
  let current: Answer | ((asked: Asked) => Answer) = { status: 500, body: 'no answer was set' };
  let connections = 0;
  let open = 0;
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const question = { headers: request.headers, body: Buffer.concat(chunks).toString() };
      asked.push(question);
      const { status, headers = {}, body } = typeof current === 'function' ? current(question) : current;
      response.on('error', () => undefined);
      response.writeHead(status, headers).end(body);
    });
  });
  server.on('connection', (socket) => {
    connections++;
    open++;
    socket.on('close', () => open--);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    asked,
    connections: () => connections,
    open: () => open,
    answer(answer) {
      current = answer;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** An error as AWS's JSON protocol writes it. */
export function awsError(type: string, message: string, status = 400): Answer & { readonly body: string } {
  return {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': type },
    body: JSON.stringify({ __type: type, message }),
  };
}

export function awsAnswer(content: unknown): Answer & { readonly body: string } {
  return { status: 200, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(content) };
}

/** The bytes of an answer, for a connection that ends with it. */
export function onTheWire({ status, headers = {}, body }: Answer & { readonly body: string }): string {
  const lines = Object.entries({ ...headers, 'content-length': String(Buffer.byteLength(body)), connection: 'close' });
  return `HTTP/1.1 ${status} Said\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
}

/** What a hotel's network says instead of AWS. */
export const captivePortal: Answer & { readonly body: string } = {
  status: 403,
  headers: { 'content-type': 'text/html' },
  body: '<!doctype html><title>Welcome</title><p>Please accept our terms to use the network.',
};
