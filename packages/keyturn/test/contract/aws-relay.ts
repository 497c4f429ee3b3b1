/** Stands between the AWS provider and moto, and says what moto never would: that it refuses, cannot, or does not answer at all. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, awsAnswer, awsError } from '../servers/http-answerer.ts';

export interface AwsRelay {
  readonly url: string;
  /** Requests so far. */
  asked: number;
  /** Every one from now on is answered by this, if it answers something; `'silence'`: not at all. */
  instead: ((operation: string, body: string) => Answer | undefined | Promise<Answer | undefined>) | 'silence' | undefined;
  close(): Promise<void>;
}

export async function startAwsRelay(moto: string): Promise<AwsRelay> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => void answer(Buffer.concat(chunks), request.headers, response));
  });
  const answer = async (body: Buffer, asked: IncomingHttpHeaders, response: ServerResponse) => {
    const passedOn = ['content-type', 'authorization', 'x-amz-target', 'x-amz-date'];
    const headers = Object.fromEntries(passedOn.map((name) => [name, String(asked[name])]));
    relay.asked++;
    if (relay.instead === 'silence') return;
    const operation = headers['x-amz-target']?.split('.')[1] ?? '';
    const own = await relay.instead?.(operation, body.toString());
    if (own) {
      response.writeHead(own.status, own.headers).end(own.body);
      return;
    }
    const answered = await fetch(moto, { method: 'POST', headers, body });
    const type = answered.headers.get('content-type') ?? '';
    response.writeHead(answered.status, { 'content-type': type }).end(Buffer.from(await answered.arrayBuffer()));
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const relay: AwsRelay = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: 0,
    instead: undefined,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return relay;
}

/** What AWS says in each case. `said` stands in its words, as values sometimes do. */
export const refusals = {
  unavailable: (said: string) => awsError('InternalServiceError', `failed over ${said}`, 500),
  login: (said: string) => awsError('UnrecognizedClientException', `invalid token ${said}`),
  denied: (said: string) => awsError('AccessDeniedException', `not authorized for ${said}`),
  withoutValue: (said: string) => awsAnswer({ Name: 'contract/one', VersionId: 'v', Note: said }),
};
