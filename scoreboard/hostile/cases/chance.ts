/** Cases by chance, from a seed: good texts that are cut anywhere, or broken in one byte that is no part of the value. */
import { always, http, json as answerOf, secretOf } from '../answer.ts';
import { canary, type Case, shown } from '../case.ts';
import { pick, type Random, randomOf } from '../../random.ts';
import { bodies } from './bodies.ts';
import { content, givesOr, name, text, unavailable, value } from './aws.ts';

export function byChance(seed: number, index: number): Case {
  const random = randomOf(seed, index);
  return pick(random, kinds)(random);
}

const ask: Case['ask'] = async (world) => shown(await world.get(name));
const kinds: readonly ((random: Random) => Case)[] = [
  function cutBody(random) {
    const at = Math.floor(random() * Buffer.byteLength(text));
    return {
      name: `by chance: cut after ${at} bytes`,
      answer: always(http(Buffer.from(text).subarray(0, at))),
      ask,
      expect: { fails: ['PROVIDER_UNAVAILABLE', 'INVALID_SECRET'] },
    };
  },
  function cutConnection(random) {
    const whole = answerOf(content);
    const at = Math.floor(random() * whole.length);
    const end = pick(random, ['close', 'reset'] as const);
    return { name: `by chance: ${end} after ${at} bytes`, answer: always(whole.subarray(0, at), { end }), ask, expect: unavailable };
  },
  function brokenByte(random) {
    const [before, after] = text.split(JSON.stringify(value)) as [string, string];
    const bytes = Buffer.from(text);
    const valueEnd = Buffer.byteLength(text) - Buffer.byteLength(after);
    let at = Math.floor(random() * (Buffer.byteLength(before) + Buffer.byteLength(after)));
    if (at >= Buffer.byteLength(before)) at += valueEnd - Buffer.byteLength(before);
    bytes[at] = Math.floor(random() * 256);
    return {
      name: `by chance: byte ${at} is ${bytes[at]}`,
      answer: always(http(bytes)),
      ask,
      expect: givesOr({ fails: ['PROVIDER_UNAVAILABLE', 'INVALID_SECRET'] }),
    };
  },
  function cutJson(random) {
    const whole = JSON.stringify({ a: { b: [1, 'x', null, { c: canary }] }, d: canary });
    const at = Math.floor(random() * (whole.length - 1));
    return {
      name: `by chance: a JSON file cut after ${at} characters`,
      ask: async (world) => shown(await world.fromFile('s.json', whole.slice(0, at), 'd')),
      expect: { fails: ['INVALID_SECRET'] },
    };
  },
  function cutDocument(random) {
    const whole = JSON.stringify({ a: 'x', b: [{ c: canary }], d: 1.5 });
    const at = Math.floor(random() * (whole.length - 1));
    return {
      name: `by chance: a document cut after ${at} characters`,
      ask: async (world) => shown((await world.document(whole.slice(0, at))).field('a')),
      expect: { fails: ['INVALID_SECRET'] },
    };
  },
  function anotherBody(random) {
    // What another case says is told of another secret: nothing of the last one may be left.
    const strange = pick(random, bodies);
    const fine = answerOf(secretOf('fine', { SecretString: 'fine' }));
    return {
      name: `by chance: after "${strange.name}"`,
      answer: (asked) => (asked.input['SecretId'] === 'fine' ? [fine] : strange.answer!(asked)),
      async ask(world) {
        await strange.ask(world).catch(() => undefined);
        return shown(await world.get('fine'));
      },
      expect: { gives: 'fine' },
    };
  },
];
