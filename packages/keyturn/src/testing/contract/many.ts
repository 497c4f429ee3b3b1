/** Many at once: one result for each, in order, each on its own. */
import assert from 'node:assert/strict';
import { isKeyturnError } from '../../core/errors.ts';
import { calm, type Check, type Given, kindOf, sameText, textOf } from './check.ts';

async function readMany(given: Given, words: readonly string[]): Promise<readonly unknown[]> {
  const answers: unknown = await given.can('getMany')(
    words.map((word) => given.ref(word)),
    calm,
  );
  assert.ok(Array.isArray(answers), `getMany answered ${kindOf(answers)}.`);
  assert.equal(answers.length, words.length, 'getMany answered more or fewer than it was asked for.');
  return answers;
}

export const many: readonly Check[] = [
  {
    title: 'many at once come back one for one, in the order of the question',
    power: 'getMany',
    async run(given) {
      const valueOf = await given.putAll('one', 'two', 'three');
      const words = ['three', 'none', 'one', 'two', 'one', 'nothing'];
      const there = new Set(['one', 'two', 'three']);
      for (const [index, answer] of (await readMany(given, words)).entries()) {
        const word = words[index] as string;
        sameText(textOf(answer), there.has(word) ? valueOf(word) : undefined, `Of the answer ${index + 1} of ${words.length}`);
      }
    },
  },
  {
    title: 'more at once than fit into one call all come back',
    power: 'getMany',
    async run(given) {
      const words = Array.from({ length: 45 }, (_, index) => `many${index}`);
      const valueOf = await given.putAll(...words);
      const answers = await readMany(given, words);
      for (const [index, word] of words.entries()) sameText(textOf(answers[index]), valueOf(word), `Of the answer ${index + 1} of 45`);
    },
  },
  {
    title: 'many at once: the failure of one is no failure of the others',
    power: 'getMany',
    fault: 'denied',
    async run(given) {
      const valueOf = await given.putAll('one', 'two', 'three');
      await given.cause('denied', 'two');
      const [one, two, three] = await readMany(given, ['one', 'two', 'three']);
      assert.ok(isKeyturnError(two) && two.code === 'ACCESS_DENIED', `The refused one came back as ${kindOf(two)}.`);
      sameText(textOf(one), valueOf('one'), 'Of the one before it');
      sameText(textOf(three), valueOf('three'), 'Of the one after it');
    },
  },
  {
    title: 'many at once of a place that cannot be asked are not absent',
    power: 'getMany',
    fault: 'unavailable',
    async run(given) {
      await given.putAll('one', 'two');
      await given.cause('unavailable', 'one');
      let answers: readonly unknown[];
      try {
        answers = await readMany(given, ['one', 'two']);
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
        answers = [error];
      }
      for (const answer of answers)
        assert.ok(isKeyturnError(answer) && answer.code === 'PROVIDER_UNAVAILABLE', `The call, or one of its answers, was ${kindOf(answer)}.`);
    },
  },
];
