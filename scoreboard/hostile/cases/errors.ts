/** Refusals, well-formed and not: each is of one class, and says nothing of what AWS wrote. */
import { awsError, awsType, http, json } from '../answer.ts';
import { canary, type Case, type Expected } from '../case.ts';
import { read, unavailable, unusable } from './aws.ts';

const denied: Expected = { fails: ['ACCESS_DENIED'] };
const login: Expected = { fails: ['AUTHENTICATION'] };
const absent: Expected = { fails: ['SECRET_NOT_FOUND'] };
const any: Expected = { fails: ['PROVIDER_UNAVAILABLE', 'INVALID_SECRET', 'CONFIGURATION'] };

const deniedOrAny: Expected = { fails: [...denied.fails!, ...any.fails!] };

const named: Case[] = (
  [
    ['AccessDeniedException', denied],
    ['DecryptionFailure', denied],
    ['ExpiredTokenException', login],
    ['UnrecognizedClientException', login],
    ['ResourceNotFoundException', absent],
    ['ThrottlingException', unavailable],
    ['InternalServiceError', unavailable],
    ['InvalidParameterException', { fails: ['INVALID_REFERENCE'] }],
  ] as const
).flatMap(([type, expect]) => [
  read(type, [awsError(type, canary)], expect),
  read(`${type} with status 500`, [awsError(type, canary, 500)], expect),
  read(`${type} in a namespace, with an address behind it`, [json({ __type: `com.amazon.coral#${type}:http://${canary}/` }, 400)], expect),
  read(`${type} in the header alone`, [http('{}', 400, { ...awsType, 'x-amzn-errortype': `${type}:http://${canary}/` })], expect),
  read(`${type} with a page`, [http(`<p>${canary}`, 400, { 'content-type': 'text/html', 'x-amzn-errortype': type })], {
    fails: [...(expect.fails ?? []), ...any.fails!],
  }),
]);

const odd: readonly unknown[] = [
  5,
  null,
  true,
  [],
  [canary],
  {},
  { __type: 'AccessDeniedException' },
  '',
  ' ',
  canary,
  `${canary}\nnext line`,
  'x'.repeat(100_000),
];
const types: Case[] = [
  ...odd.map((type) => read(`the type is ${JSON.stringify(type).slice(0, 40).replace(canary, '…')}`, [json({ __type: type, message: canary }, 400)], any)),
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'Error', 'TypeError', 'ENOENT', 'ECONNRESET'].map((type) =>
    read(`the type is called ${type}`, [awsError(type, canary)], any),
  ),
  ...odd.map((message) =>
    read(`the message is ${JSON.stringify(message).slice(0, 40).replace(canary, '…')}`, [awsError('AccessDeniedException', message)], {
      fails: [...denied.fails!, ...any.fails!],
    }),
  ),
];

const copied: Case[] = [
  read(
    'a refusal with members of its own',
    [
      json(
        {
          __type: 'AccessDeniedException',
          name: canary,
          stack: canary,
          cause: canary,
          code: 'ECONNRESET',
          $fault: canary,
          $metadata: { httpStatusCode: 200 },
          $response: null,
          $retryable: {},
        },
        400,
      ),
    ],
    deniedOrAny,
  ),
  read('a refusal that looks like a promise', [http(`{"__type":"AccessDeniedException","then":"${canary}"}`, 400)], deniedOrAny),
  read('a refusal with a prototype', [http(`{"__type":"AccessDeniedException","__proto__":{"name":"${canary}"},"message":"${canary}"}`, 400)], {
    fails: [...denied.fails!, ...any.fails!],
  }),
  read('an absence that is half a text', [http(`{"__type":"ResourceNotFoundException","message":"${canary}`, 400)], any),
  read('a refusal half a million levels deep', [http(`{"__type":"AccessDeniedException","message":${'['.repeat(400_000)}${']'.repeat(400_000)}}`, 400)], {
    fails: [...denied.fails!, ...any.fails!],
  }),
  read('a refusal over a mebibyte', [awsError('AccessDeniedException', canary.repeat(60_000))], unusable),
  read('a deletion told by others', [awsError('InvalidRequestException', `${canary} was marked for deletion`)], absent),
  read('a state that is no deletion', [awsError('InvalidRequestException', canary)], { fails: ['INVALID_SECRET'] }),
];

const pages: Case[] = [400, 401, 403, 404, 407, 408, 429, 500, 502, 503, 504].flatMap((status) => [
  read(`a page with ${status}`, [http(`<html><body>${canary}`, status, { 'content-type': 'text/html' })], unavailable),
  read(`nothing with ${status}`, [http('', status)], unavailable),
]);

export const errors: readonly Case[] = [...named, ...types, ...copied, ...pages];
