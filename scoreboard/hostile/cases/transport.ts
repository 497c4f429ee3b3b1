/** Answers that are cut, slow, or lie about how long they are. The text in them is good. */
import { awsType, chunk, head, type Headers, http } from '../answer.ts';
import type { Case } from '../case.ts';
import { gives, givesOr, good, invalid, late, read, stalls, text, unavailable, unusable } from './aws.ts';

const bytes = Buffer.from(text);
const [headLength, half] = [good.length - bytes.length, good.length - (bytes.length >> 1)];
const close = { end: 'close' } as const;
const reset = { end: 'reset' } as const;

const places = [
  ['before the first byte', 0],
  ['in the status line', 11],
  ['in the headers', headLength - 9],
  ['after the headers', headLength],
  ['in the middle', half],
  ['before the last byte', good.length - 1],
] as const;

const cuts: Case[] = places.flatMap(([place, at]) => [
  read(`closed ${place}`, [good.subarray(0, at), close], unavailable),
  read(`reset ${place}`, [good.subarray(0, at), reset], unavailable),
  read(`silent ${place}`, [good.subarray(0, at)], late, stalls),
  read(`late ${place}`, [good.subarray(0, at), { wait: 60 }, good.subarray(at)], gives),
]);

const slow: Case[] = [
  read(
    'one byte at a time',
    [...good].map((byte) => Buffer.of(byte)),
    gives,
  ),
  read(
    'one byte every now and then',
    [...good].flatMap((byte) => [Buffer.of(byte), { wait: 40 }]),
    late,
    stalls,
  ),
  read('headers without end', [head().slice(0, -2), { endless: 'x-more: of the same\r\n' }], unavailable),
  read('one header without end', [head().slice(0, -2), 'x-more: ', { endless: 'of the same ' }], unavailable),
  read('a body without end', [head(200, { ...awsType, 'transfer-encoding': 'chunked' }), { endless: chunk('x'.repeat(65_536)) }], invalid),
  read('white space without end', [head(200, awsType), { endless: ' '.repeat(65_536) }], invalid),
  read('brackets without end', [head(200, awsType), { endless: '['.repeat(65_536) }], invalid),
  read('a value without end', [head(200, awsType), '{"SecretString":"', { endless: 'x'.repeat(65_536) }], invalid),
  read(
    'tiny chunks without end',
    [head(200, { ...awsType, 'transfer-encoding': 'chunked' }), { endless: chunk('x').toString().repeat(20_000) }],
    { fails: ['PROVIDER_UNAVAILABLE', 'DEADLINE_EXCEEDED', 'INVALID_SECRET'] },
    stalls,
  ),
  read('an answer after the end', [good, http('{"SecretString":"smuggled"}')], gives),
  read('an answer after the end, later', [good, { wait: 20 }, http('{"SecretString":"smuggled"}')], gives),
  read('text after the end', [good, 'and so on'], gives),
  read('text after the end, and the connection closed', [good, 'and so on', close], gives),
  read('reset after the end', [good, reset], gives),
];

const lengthOf = (length: number | string, more: Headers = {}) =>
  Buffer.concat([Buffer.from(head(200, { ...awsType, 'content-length': length, ...more })), bytes]);
const lengths: Case[] = [
  read('a length one too large', [lengthOf(bytes.length + 1)], late, stalls),
  read('a length one too large, and closed', [lengthOf(bytes.length + 1), close], unavailable),
  read('a length of ten gigabytes', [lengthOf(10 * 2 ** 30), close], unusable),
  read('a length past whole numbers', [lengthOf('9'.repeat(30)), close], unavailable),
  read('a length one too small', [lengthOf(bytes.length - 1)], unavailable),
  read('a length of nothing', [lengthOf(0)], invalid),
  ...['-1', 'abc', '1e3', '0x10', '+5', '5, 6', '1 0', '10.0'].map((length) => read(`a length of ${length}`, [lengthOf(length), close], unavailable)),
  read('an empty length', [lengthOf(''), close], givesOr(unusable)),
  read('two lengths that differ', [`HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: ${bytes.length}\r\n\r\n`, bytes, close], unavailable),
  read(
    'the same length twice',
    [`HTTP/1.1 200 OK\r\ncontent-length: ${bytes.length}\r\ncontent-length: ${bytes.length}\r\n\r\n`, bytes, close],
    givesOr(unavailable),
  ),
  read('no length, until the connection closes', [head(), bytes, close], gives),
  read('no length, and cut', [head(), bytes.subarray(0, -2), close], unavailable),
  read('no length, and never closed', [head(), bytes], late, stalls),
];

const inChunks = (...pieces: readonly (string | Uint8Array)[]) => [head(200, { ...awsType, 'transfer-encoding': 'chunked' }), ...pieces];
const [front, back] = [bytes.subarray(0, 40), bytes.subarray(40)];
const end = '0\r\n\r\n';
const chunks: Case[] = [
  read('chunks', inChunks(chunk(front), chunk(back), end), gives),
  read('a chunk for each byte', inChunks(...[...bytes].map((byte) => chunk(Buffer.of(byte))), end), gives),
  read('chunk sizes in capitals with zeros before', inChunks(`0000${bytes.length.toString(16).toUpperCase()}\r\n`, bytes, '\r\n', end), gives),
  read('a chunk with an extension', inChunks(`${bytes.length.toString(16)};name=value\r\n`, bytes, '\r\n', end), gives),
  read('trailers', inChunks(chunk(bytes), '0\r\nx-trailer: SecretString\r\n\r\n'), gives),
  read('chunks without the last, closed', [...inChunks(chunk(front), chunk(back)), close], unavailable),
  read('chunks without the last, reset', [...inChunks(chunk(front), chunk(back)), reset], unavailable),
  read('chunks without the last, silent', inChunks(chunk(front), chunk(back)), late, stalls),
  read('chunks that end too soon', inChunks(chunk(front), end, chunk(back)), unavailable),
  read('an empty chunk in between', inChunks(chunk(front), end, chunk(back), end), unavailable),
  read('a chunk larger than it is', [...inChunks('ffff\r\n', bytes, '\r\n', end), close], unavailable),
  read('a chunk smaller than it is', [...inChunks('10\r\n', bytes, '\r\n', end), close], unavailable),
  ...['zz', '-5', '', ' ', 'FFFFFFFFFFFFFFFFF', '0x20'].map((size) =>
    read(`a chunk of size "${size}"`, [...inChunks(`${size}\r\n`, bytes, '\r\n', end), close], unavailable),
  ),
  read('a chunk with an endless extension', [...inChunks('5;'), { endless: 'x'.repeat(4_096) }], unavailable),
  read('a trailer without end', [...inChunks(chunk(bytes), '0\r\nx-trailer: '), { endless: 'x'.repeat(4_096) }], givesOr(unavailable)),
  read('chunks and a length', [head(200, { 'transfer-encoding': 'chunked', 'content-length': 5 }), chunk(bytes), end, close], unavailable),
  read('a coding nobody knows', [head(200, { 'transfer-encoding': 'shuffled' }), bytes, close], givesOr(unavailable)),
  read('chunked twice', [head(200, { 'transfer-encoding': 'chunked, chunked' }), chunk(chunk(bytes)), end, close], unusable),
];

export const transport: readonly Case[] = [...cuts, ...slow, ...lengths, ...chunks];
