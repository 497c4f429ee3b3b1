/** Writing: what was said to be written is there, all of it and nothing else. */
import assert from 'node:assert/strict';
import { isKeyturnError } from '../../core/errors.ts';
import { calm, type Check, endsWith, failureOf, kindOf, sameText, soon, textOf } from './check.ts';

const document = (canary: string) => `{ "user": "${canary}", "port": 5432.0, "password": "old" }`;

export const writing: readonly Check[] = [
  {
    title: 'what is set is read, text and version',
    power: 'set',
    async run(given) {
      const set = given.can('set');
      for (const value of ['first', ' second\n', '012345', 'null', `it's "quoted" \\n`, 'grün 密码 🔑']) {
        const text = `${value === ' second\n' ? '' : given.canary}${value}`;
        const { version } = await set(given.ref('one'), text, calm);
        const secret = await given.get('one');
        sameText(textOf(secret), text, 'Of what was set');
        assert.ok(version === undefined || version === secret?.version, 'set() told another version than the read that follows.');
      }
      await given.put('two', `${given.canary} put`);
      await set(given.ref('two'), `${given.canary} set`, calm);
      sameText(await given.read('two'), `${given.canary} set`, 'Of what was set in the place of another');
    },
  },
  {
    title: 'what is set as bytes is read as bytes',
    power: 'set',
    holding: 'bytes',
    async run(given) {
      const bytes = Uint8Array.of(0, 255, 10, 13, 128, 0);
      await given.can('set')(given.ref('one'), bytes, calm);
      const secret = await given.get('one');
      assert.deepEqual(secret && Array.from(secret.bytes()), Array.from(bytes), 'Other bytes came back.');
    },
  },
  {
    title: 'a field is set, and the rest of its document stays as written',
    power: 'set',
    async run(given) {
      await given.put('one', document(given.canary));
      await given.can('set')(given.ref('one', { field: 'password' }), 'n"ew', calm);
      sameText(await given.read('one'), document(given.canary).replace('"old"', String.raw`"n\"ew"`), 'Of the document');
    },
  },
  {
    title: 'a field of what is no document is refused, and nothing changes',
    power: 'set',
    async run(given) {
      const valueOf = await given.putAll('one');
      const field = () => given.can('set')(given.ref('one', { field: 'password' }), 'new', calm);
      await endsWith('INVALID_SECRET', field, 'A field set in what is no JSON object');
      sameText(await given.read('one'), valueOf('one'), 'After a write that was refused');
    },
  },
  {
    title: 'a version cannot be written',
    power: 'set',
    async run(given) {
      const valueOf = await given.putAll('one');
      const version = (await given.get('one'))?.version ?? 'v1';
      await failureOf(() => given.can('set')(given.ref('one', { version }), `${given.canary} written`, calm), 'set() of a version');
      sameText(await given.read('one'), valueOf('one'), 'After a write that was refused');
    },
  },
  {
    title: 'changes at the same time: none that was said to be done is lost',
    power: 'set',
    async run(given) {
      await given.put('one', '{}');
      const fields = ['a', 'b', 'c', 'd'];
      const outcomes = await soon(
        Promise.allSettled(fields.map(async (field) => given.can('set')(given.ref('one', { field }), `${given.canary} ${field}`, calm))),
        'Changes at the same time',
      );
      const after = await given.get('one');
      for (const [index, outcome] of outcomes.entries()) {
        const field = fields[index] as string;
        if (outcome.status === 'fulfilled')
          sameText(textOf(after?.hasField(field) ? after.field(field) : undefined), `${given.canary} ${field}`, 'Of a change');
        else assert.ok(isKeyturnError(outcome.reason) && outcome.reason.code === 'CONFLICT', `A change ended with ${kindOf(outcome.reason)}.`);
      }
      assert.ok(
        outcomes.some(({ status }) => status === 'fulfilled'),
        'Each kept the others from changing anything.',
      );
    },
  },
  {
    title: 'a change by somebody else is ConflictError, and stays',
    power: 'set',
    fault: 'conflict',
    async run(given) {
      await given.putAll('one');
      await given.cause('conflict', 'one');
      const set = () => given.can('set')(given.ref('one'), `${given.canary} ours`, calm);
      await endsWith('CONFLICT', set, 'A write over a change of somebody else');
      assert.ok((await given.read('one')) !== `${given.canary} ours`, 'What somebody else wrote was overwritten.');
    },
  },
  {
    title: 'what is deleted is absent, and what was absent is told so',
    power: 'delete',
    async run(given) {
      const remove = given.can('delete');
      const valueOf = await given.putAll('one', 'two');
      assert.equal(await remove(given.ref('three'), calm), false, 'Of what was not there, delete() said that it was.');
      assert.equal(await remove(given.ref('one'), calm), true, 'Of what was there, delete() said that it was not.');
      assert.equal(kindOf(await given.get('one')), 'undefined', 'A deleted secret is still answered.');
      assert.equal(await remove(given.ref('one'), calm), false, 'Of what was deleted, delete() said that it was there.');
      sameText(await given.read('two'), valueOf('two'), 'The other secret');
    },
  },
  {
    title: 'a field is deleted, and the rest of its document stays as written',
    power: 'delete',
    async run(given) {
      const password = given.ref('one', { field: 'password' });
      await given.put('one', document(given.canary));
      assert.equal(await given.can('delete')(password, calm), true, 'Of a field that was there, delete() said that it was not.');
      sameText(await given.read('one'), `{ "user": "${given.canary}", "port": 5432.0 }`, 'Of the document');
      assert.equal(await given.can('delete')(password, calm), false, 'Of a field that was deleted, delete() said that it was there.');
    },
  },
  {
    title: 'list gives the names that begin with the prefix, and nothing else',
    power: 'list',
    async run(given) {
      const list = given.can('list');
      await given.putAll('one', 'onetwo', 'two');
      const names = (...words: string[]) => words.map((word) => given.hands.nameOf(word)).toSorted();
      const listed = async (prefix: string) => [...(await list(prefix, calm))].toSorted();
      assert.deepEqual(await listed(given.hands.nameOf('one')), names('one', 'onetwo'), 'Of the names that begin so');
      assert.deepEqual(await listed(''), names('one', 'onetwo', 'two'), 'Of all names');
      assert.deepEqual(await listed(given.hands.nameOf('none')), [], 'Of names that begin as none does');
      await given.remove('one');
      assert.deepEqual(await listed(given.hands.nameOf('one')), names('onetwo'), 'After one was removed');
    },
  },
];
