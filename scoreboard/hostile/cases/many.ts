/** Batches and lists: answers with too little, too much, others' secrets, and no end. */
import { type Answer, type Asked, awsError, http, json, secretOf } from '../answer.ts';
import { canary, type Case, type Expected, shown } from '../case.ts';
import { late, stalls } from './aws.ts';

const names = ['a', 'b', 'c'];
const valueOf = (name: string) => `${canary} of ${name}`;
const secret = (name: string, changes: object = {}) => secretOf(name, { SecretString: valueOf(name), ...changes });
const all = names.map((name) => secret(name));
const others = [secret('a'), secret('b')];
const right: Expected = { gives: names.map(valueOf) };
const unavailable = names.map(() => 'PROVIDER_UNAVAILABLE');

/** A batch of three; whoever is then read on its own is answered well. */
function batch(title: string, answer: object | Buffer, expect: Expected): Case {
  const steps = Buffer.isBuffer(answer) ? answer : json(answer);
  const said: Answer = ({ operation, input }) => [operation === 'BatchGetSecretValue' ? steps : json(secret(String(input['SecretId'])))];
  return { name: `a batch ${title}`, answer: said, ask: (world) => world.prefetch(names), expect };
}
/** Each of the three is its own value, or failed: never another's. */
const eachOr: Expected = {
  gives: (given: readonly string[]) =>
    given.every((text, index) => text === valueOf(names[index]!) || text === 'PROVIDER_UNAVAILABLE' || text === 'INVALID_SECRET'),
};

const batches: Case[] = [
  batch('that is whole', { SecretValues: all, Errors: [] }, right),
  batch('in another order', { SecretValues: all.toReversed() }, right),
  batch('with one missing', { SecretValues: others }, right),
  batch('with nothing', {}, right),
  batch('with an empty list', { SecretValues: [] }, right),
  batch('with null for its lists', { SecretValues: null, Errors: null }, right),
  batch('with others’ secrets besides', { SecretValues: [secret('z'), ...all, secret('prod/z')] }, right),
  batch('with one secret twice, and the values differ', { SecretValues: [secret('a', { SecretString: 'the other' }), ...all] }, right),
  batch('with an earlier version', { SecretValues: [...others, secret('c', { SecretString: 'old', VersionStages: ['AWSPREVIOUS'] })] }, right),
  batch('without stages', { SecretValues: [...others, secret('c', { SecretString: 'unknown', VersionStages: undefined })] }, right),
  batch('with stages that are a text', { SecretValues: [...others, secret('c', { SecretString: 'unknown', VersionStages: 'AWSCURRENT' })] }, right),
  batch('with a value and an error for one', { SecretValues: all, Errors: [{ SecretId: 'a', ErrorCode: 'AccessDeniedException', Message: canary }] }, right),
  batch(
    'with an error for one',
    { SecretValues: [secret('b'), secret('c')], Errors: [{ SecretId: 'a', ErrorCode: 'AccessDeniedException', Message: canary }] },
    { gives: ['ACCESS_DENIED', valueOf('b'), valueOf('c')] },
  ),
  batch(
    'with an error for one that is absent',
    { SecretValues: [secret('b'), secret('c')], Errors: [{ SecretId: 'a', ErrorCode: 'ResourceNotFoundException', Message: canary }] },
    { gives: ['SECRET_NOT_FOUND', valueOf('b'), valueOf('c')] },
  ),
  batch('with an error for others', { SecretValues: all, Errors: [{ SecretId: 'z', ErrorCode: 'AccessDeniedException' }] }, right),
  batch('with errors of no shape', { SecretValues: all, Errors: [{}, { SecretId: 5, ErrorCode: {}, Message: [] }] }, right),
  batch(
    'with one that is no text',
    { SecretValues: [secret('a', { SecretString: 5 }), secret('b'), secret('c')] },
    { gives: ['INVALID_SECRET', valueOf('b'), valueOf('c')] },
  ),
  batch(
    'with one that is bytes',
    { SecretValues: [secretOf('a', { SecretBinary: Buffer.from('bytes').toString('base64') }), secret('b'), secret('c')] },
    { gives: ['bytes', valueOf('b'), valueOf('c')] },
  ),
  batch('with a token for more', { SecretValues: others, NextToken: 'more' }, right),
  batch('with a prototype', http(`{"__proto__":{"SecretValues":[]},"SecretValues":${JSON.stringify(all)}}`), right),
  batch('that is denied', awsError('AccessDeniedException', canary), right),
  batch('that nobody knows', awsError('UnknownOperationException', canary), right),
  batch('that is throttled', awsError('ThrottlingException', canary), { gives: unavailable }),
  batch('that is a page', http(`<p>${canary}`, 200, { 'content-type': 'text/html' }), { gives: unavailable }),
  batch('that breaks off', http(JSON.stringify({ SecretValues: all }).slice(0, -20)), { gives: unavailable }),
  batch('of eight mebibytes and more', { SecretValues: [...all, secret('z', { SecretString: canary.repeat(500_000) })] }, right),
  batch(
    'of four mebibytes of others’',
    { SecretValues: [...all, ...Array.from({ length: 4_000 }, (_, index) => secret(`z${index}`, { SecretString: 'x'.repeat(800) }))] },
    right,
  ),
  batch('of two million empty members', http(`{"SecretValues":[${'{},'.repeat(2_500_000)}{}]}`), eachOr),
  batch('of a million keys', http(`{"SecretValues":[],"Extra":{${Array.from({ length: 700_000 }, (_, index) => `"${index}":1`).join(',')}}}`), eachOr),
  ...['SecretValues', 'Errors'].flatMap((member) =>
    ['text', 5, {}, [null], [5], ['text'], [[]]].map((odd) => batch(`with ${member} ${JSON.stringify(odd)}`, { SecretValues: all, [member]: odd }, eachOr)),
  ),
];

/** A list; pages are told by what `page` makes of the number of the request. */
function list(title: string, page: (asked: Asked) => object | Buffer, expect: Expected, more: Partial<Case> = {}): Case {
  const answer: Answer = (asked) => {
    const said = page(asked);
    return [Buffer.isBuffer(said) ? said : json(said)];
  };
  return { name: `a list ${title}`, answer, ask: (world) => world.list('prod/'), expect, ...more };
}
const entries = (...named: readonly unknown[]) => named.map((Name) => ({ Name, ARN: 'arn' }));
const failing: Expected = { fails: ['PROVIDER_UNAVAILABLE', 'INVALID_SECRET', 'DEADLINE_EXCEEDED'] };

const lists: Case[] = [
  list(
    'of two pages',
    ({ input }) => (input['NextToken'] === 'two' ? { SecretList: entries('prod/b') } : { SecretList: entries('prod/a'), NextToken: 'two' }),
    { gives: ['prod/a', 'prod/b'] },
  ),
  list('with others’ names', () => ({ SecretList: entries('prod/a', 'test/b', 'PROD/c', 'xprod/d') }), { gives: ['prod/a'] }),
  list('with names that are none', () => ({ SecretList: [...entries(5, {}, [], null, 'prod/a'), {}] }), { gives: ['prod/a'], ...failing }),
  list('with null for an entry', () => ({ SecretList: [null, { Name: 'prod/a' }] }), { gives: ['prod/a'], ...failing }),
  ...[null, 'text', 5, {}].map((odd) => list(`that is ${JSON.stringify(odd)}`, () => ({ SecretList: odd }), { gives: [], ...failing })),
  ...['', null].map((token) =>
    list(`that ends with the token ${JSON.stringify(token)}`, () => ({ SecretList: entries('prod/a'), NextToken: token }), { gives: ['prod/a'] }),
  ),
  ...[5, {}, [], true].map((token) =>
    list(`with the token ${JSON.stringify(token)}`, ({ count }) => ({ SecretList: entries(`prod/${count}`), NextToken: token }), {
      gives: ['prod/0'],
      ...failing,
    }),
  ),
  list(
    'whose second page fails',
    ({ count }) => (count === 0 ? { SecretList: entries('prod/a'), NextToken: 'two' } : awsError('InternalServiceError', canary)),
    failing,
  ),
  list(
    'whose second page is a page',
    ({ count }) => (count === 0 ? { SecretList: entries('prod/a'), NextToken: 'two' } : http(canary, 200, { 'content-type': 'text/html' })),
    failing,
  ),
  list('whose second page never comes', ({ count }) => (count === 0 ? { SecretList: entries('prod/a'), NextToken: 'two' } : http('', 100)), late, stalls),
  list('with the same token for ever', () => ({ SecretList: entries('prod/a'), NextToken: 'again' }), failing, stalls),
  list('with two tokens in turn for ever', ({ count }) => ({ SecretList: entries('prod/a'), NextToken: `turn ${count % 2}` }), failing, stalls),
  list('with ever new tokens', ({ count }) => ({ SecretList: entries(`prod/${count}`), NextToken: String(count) }), failing, stalls),
  list('with ever new tokens and no names', ({ count }) => ({ SecretList: [], NextToken: String(count) }), failing, stalls),
  list(
    'with ever new tokens and large pages',
    ({ count }) => ({ SecretList: Array.from({ length: 4_000 }, (_, at) => ({ Name: `prod/${count}/${at}/${'x'.repeat(480)}` })), NextToken: String(count) }),
    failing,
  ),
  list(
    'with ever new tokens and pages as large as AWS’s',
    ({ count }) => ({ SecretList: Array.from({ length: 100 }, (_, at) => ({ Name: `prod/${count}/${at}/${'x'.repeat(480)}` })), NextToken: String(count) }),
    failing,
  ),
  list(
    'with a token of a mebibyte',
    ({ count }) => (count === 0 ? { SecretList: entries('prod/a'), NextToken: 't'.repeat(1_000_000) } : { SecretList: entries('prod/b') }),
    { gives: ['prod/a', 'prod/b'], ...failing },
  ),
];

/** Of a secret's versions, asked before or beside a read: whatever it is, the value that is read is the right one. */
function described(title: string, description: object | Buffer): Case {
  const answer: Answer = ({ operation, input }) => {
    if (operation === 'GetSecretValue') return [json(secret(String(input['SecretId'])))];
    return [Buffer.isBuffer(description) ? description : json({ Name: 'a', ...description })];
  };
  return { name: `a description ${title}`, answer, ask: async (world) => shown(await world.getChecked('a')), expect: { gives: valueOf('a') } };
}

const descriptions: Case[] = [
  described('of nothing', {}),
  described('of no versions', { VersionIdsToStages: {} }),
  ...['text', 5, [], null, { v: null }, { v: 'AWSCURRENT' }, { v: [null] }, { v: 5 }].map((odd) =>
    described(`whose versions are ${JSON.stringify(odd)}`, { VersionIdsToStages: odd }),
  ),
  described('with a prototype', http('{"Name":"a","VersionIdsToStages":{"__proto__":["AWSCURRENT"]}}')),
  ...['soon', 1e300, -1, 0, {}, null].map((date) =>
    described(`that rotates at ${JSON.stringify(date)}`, { RotationEnabled: true, NextRotationDate: date, VersionIdsToStages: { v: ['AWSCURRENT'] } }),
  ),
  described('that is a page', http(canary, 200, { 'content-type': 'text/html' })),
  described('that is denied', awsError('AccessDeniedException', canary)),
  described('that breaks off', http('{"Name":"a","VersionIdsToStages":{"v":["AWSCU')),
];

export const many: readonly Case[] = [...batches, ...lists, ...descriptions];
