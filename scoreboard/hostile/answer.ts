/** Answers byte by byte: whole ones as AWS gives them, and everything that can be wrong with one. */

/** What is sent, in order. Afterwards the connection stays open, unless the last step ends it. */
export type Step =
  | string
  | Uint8Array
  /** Waits, in ms. */
  | { readonly wait: number }
  | { readonly end: 'close' | 'reset' }
  /** Over and over, for as long as somebody listens. */
  | { readonly endless: string | Uint8Array };

export interface Asked {
  /** `GetSecretValue` */
  readonly operation: string;
  readonly path: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** How many requests of this case came before. */
  readonly count: number;
}

export type Answer = (asked: Asked) => readonly Step[];

export const always =
  (...steps: readonly Step[]): Answer =>
  () =>
    steps;

export type Headers = Readonly<Record<string, string | number>>;

export const awsType: Headers = { 'content-type': 'application/x-amz-json-1.1' };

export function head(status: number | string = 200, headers: Headers = awsType): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${typeof status === 'number' ? `${status} Said` : status}\r\n${lines.join('')}\r\n`;
}

/** A whole answer with the length that it has. */
export function http(body: string | Uint8Array, status: number | string = 200, headers: Headers = awsType): Buffer {
  const bytes = Buffer.from(body as string);
  return Buffer.concat([Buffer.from(head(status, { ...headers, 'content-length': bytes.length }), 'latin1'), bytes]);
}

export const json = (content: unknown, status?: number | string, headers?: Headers): Buffer => http(JSON.stringify(content), status, headers);

const account = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:';
export const arnOf = (name: string): string => `${account}${name}-AbCdEf`;

/** A member of an answer, as AWS gives it; `SecretString` besides. */
export function secretOf(name: string, changes: object = {}): object {
  return {
    ARN: arnOf(name),
    CreatedDate: 1_790_000_000.123,
    Name: name,
    VersionId: '11111111-2222-4333-8444-555555555555',
    VersionStages: ['AWSCURRENT'],
    ...changes,
  };
}

/** An error as AWS's JSON protocol writes it. */
export function awsError(type: string, message: unknown, status = 400): Buffer {
  return json({ __type: type, message }, status, { ...awsType, 'x-amzn-errortype': type });
}

export const chunk = (text: string | Uint8Array): Buffer => {
  const bytes = Buffer.from(text as string);
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
};
