/** Status lines and headers, good and bad, before a good text. */
import { deflateSync, gzipSync } from 'node:zlib';
import { awsType, head, http, json, secretOf } from '../answer.ts';
import type { Case } from '../case.ts';
import { gives, givesOr, good, invalid, late, name, read, stalls, text, unavailable, unusable, value } from './aws.ts';

const close = { end: 'close' } as const;
const bytes = Buffer.from(text);
const body = (start: string) => Buffer.concat([Buffer.from(`${start}\r\ncontent-length: ${bytes.length}\r\n\r\n`, 'latin1'), bytes]);
const withHeaders = (headers: Record<string, string>) => [http(text, 200, { ...awsType, ...headers })];
const stolen = json(secretOf(name, { SecretString: 'stolen' }));

const statusLines: Case[] = [
  read('HTTP/1.0', [body('HTTP/1.0 200 OK'), close], gives),
  read('no reason', [body('HTTP/1.1 200')], gives),
  read('HTTP/0.9', [bytes, close], unavailable),
  ...['HTTP/3.0 200 OK', 'HTTP/1.1 2000 OK', 'HTTP/1.1 20 OK', 'HTTP/1.1 -20 OK', 'HTTP/1.1 abc OK', 'ICY 200 OK', 'SSH-2.0-OpenSSH_9', 'http/1.1 200 ok'].map(
    (line) => read(`"${line}"`, [body(line), close], unavailable),
  ),
  read('the beginning of HTTP/2', [Buffer.from('000012040000000000000300000064', 'hex'), close], unavailable),
  read('an alert of TLS', [Buffer.from('15030300020228', 'hex'), close], unavailable),
  read('nothing but zeros', [Buffer.alloc(4_096), close], unavailable),
  read('a reason of 100 KiB', [body(`HTTP/1.1 200 ${'x'.repeat(102_400)}`), close], unavailable),
  read('a line end before the answer', ['\r\n', good], givesOr(unavailable)),
];

/** With these AWS would have said the same; it says none of them. */
const statuses: Case[] = [
  ...[201, 202, 203, 206, 299].map((status) => read(`status ${status}`, [http(text, status)], givesOr(unusable))),
  ...[204, 205].map((status) => read(`status ${status} without a body`, [head(status, awsType), close], unusable)),
  read('status 304', [head(304, awsType)], unavailable),
  ...[300, 301, 302, 303, 307, 308].map((status) =>
    read(
      `a redirect with ${status}`,
      ({ path, count }) => [count > 0 || path !== '/' ? stolen : http(text, status, { ...awsType, location: '/elsewhere' })],
      unavailable,
    ),
  ),
  read('a redirect to itself', () => [http('', 302, { location: '/' })], unavailable),
  ...[400, 401, 403, 404, 429, 500, 503, 599].map((status) => read(`a good text with status ${status}`, [http(text, status)], unusable)),
  read('status 999', [body('HTTP/1.1 999 Beyond')], unusable),
];

const informational: Case[] = [
  ...['100 Continue', '102 Processing', '103 Early Hints'].map((line) => read(`${line}, then the answer`, [`HTTP/1.1 ${line}\r\n\r\n`, good], gives)),
  read('103 with a link, then the answer', ['HTTP/1.1 103 Early Hints\r\nlink: </elsewhere>; rel=preload\r\n\r\n', good], gives),
  read('a thousand times 100, then the answer', ['HTTP/1.1 100 Continue\r\n\r\n'.repeat(1_000), good], gives),
  read('100 without end', [{ endless: 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(100) }], late, stalls),
  // Node ends the connection and tells nobody; the SDK's own timers then run out by themselves, after at most 12 s.
  read('101, and then nothing that is HTTP', ['HTTP/1.1 101 Switching Protocols\r\nupgrade: other\r\nconnection: upgrade\r\n\r\n', bytes], late, {
    ...stalls,
    leaves: ['Timeout'],
  }),
  read('101 without an upgrade', ['HTTP/1.1 101 Switching Protocols\r\n\r\n', bytes, close], unusable),
];

const wholeHead = (lines: string) => [
  Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\n${lines}content-length: ${bytes.length}\r\n\r\n`, 'latin1'), bytes]),
  close,
];
const headers: Case[] = [
  read('headers of 15 KiB', wholeHead(`x-large: ${'x'.repeat(15_000)}\r\n`), gives),
  read('headers of 20 KiB', wholeHead(`x-large: ${'x'.repeat(20_000)}\r\n`), unavailable),
  read('headers of 1 MiB', wholeHead(`x-large: ${'x'.repeat(1_048_576)}\r\n`), unavailable),
  read('a thousand headers', wholeHead('a: b\r\n'.repeat(1_000)), gives),
  read('ten thousand headers', wholeHead('a: b\r\n'.repeat(10_000)), unavailable),
  read('a header without a colon', wholeHead('what is this\r\n'), unavailable),
  read('a header without a name', wholeHead(': value\r\n'), unavailable),
  read('a header with a space in its name', wholeHead('x y: value\r\n'), unavailable),
  read('a header with a zero in it', wholeHead('x: a\0b\r\n'), unavailable),
  read('a header that goes on in the next line', wholeHead('x: a\r\n  b\r\n'), givesOr(unavailable)),
  read('a header with a bare carriage return', wholeHead('x: a\rb\r\n'), unavailable),
  read('headers with bare line feeds', wholeHead('x: a\ny: b\n'), givesOr(unavailable)),
  read('a header called __proto__', wholeHead('__proto__: x\r\nconstructor: y\r\n'), gives),
  ...['text/html', 'application/json; charset=utf-16', 'application/cbor', 'multipart/mixed; boundary=x', ''].map((type) =>
    read(`a good text that calls itself "${type}"`, withHeaders({ 'content-type': type }), givesOr(unusable)),
  ),
  ...['yesterday', 'Thu, 01 Jan 1970 00:00:00 GMT', 'Fri, 31 Dec 9999 23:59:59 GMT', '-1', 'NaN', ''].map((date) =>
    read(`the date "${date}"`, withHeaders({ date }), gives),
  ),
  ...['timeout=0', 'timeout=-1', 'timeout=99999999999', 'timeout=abc, max=0'].map((hint) =>
    read(`kept alive by "${hint}"`, withHeaders({ connection: 'keep-alive', 'keep-alive': hint }), gives),
  ),
  read('an error type on a good answer', withHeaders({ 'x-amzn-errortype': 'AccessDeniedException' }), gives),
  read('a request id of 8 KiB', withHeaders({ 'x-amzn-requestid': value.slice(0, 5).repeat(1_600) }), gives),
  read('packed with gzip', [http(gzipSync(text), 200, { ...awsType, 'content-encoding': 'gzip' })], unusable),
  read('packed with deflate', [http(deflateSync(text), 200, { ...awsType, 'content-encoding': 'deflate' })], unusable),
  read('a bomb of gzip', [http(gzipSync(Buffer.alloc(256 * 1_048_576)), 200, { ...awsType, 'content-encoding': 'gzip' })], unusable),
  read('not packed, but said to be', withHeaders({ 'content-encoding': 'gzip' }), givesOr(unusable)),
  read('no headers at all', [`HTTP/1.1 200 OK\r\n\r\n`, bytes, close], gives),
  read('no headers and no body', ['HTTP/1.1 200 OK\r\n\r\n', close], invalid),
];

export const heads: readonly Case[] = [...statusLines, ...statuses, ...informational, ...headers];
