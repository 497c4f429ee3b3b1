import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LruList } from '../../src/cache/recency.ts';

interface Item {
  readonly name: string;
  place: number;
}

const item = (name: string): Item => ({ name, place: 0 });
const names = (list: LruList<Item>) => Array.from(list, ({ name }) => name);

test('after any operations the order is that of an obvious twin', () => {
  const operation = fc.tuple(fc.constantFrom('add', 'touch', 'remove', 'clear'), fc.nat(12));
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
      const list = new LruList<Item>(1_000);
      let twin: Item[] = [];
      for (const [what, at] of operations) {
        if (what === 'add' || twin.length === 0) {
          const added = item(String(twin.length));
          list.add(added);
          twin.push(added);
          continue;
        }
        const chosen = twin[at % twin.length]!;
        if (what === 'clear' && at === 0) {
          list.clear();
          twin = [];
        } else if (what === 'remove') {
          list.remove(chosen);
          twin = twin.filter((each) => each !== chosen);
          expect(chosen.place).toBe(0);
        } else {
          list.touch(chosen.place);
          twin = [...twin.filter((each) => each !== chosen), chosen];
        }
        expect(names(list)).toEqual(twin.map(({ name }) => name));
        expect(list.oldest).toBe(twin[0]);
        expect(list.size).toBe(twin.length);
      }
    }),
  );
});

test('grows past its first places, and keeps order and numbers', () => {
  const list = new LruList<Item>(5_000);
  const items = Array.from({ length: 5_000 }, (_, index) => item(String(index)));
  for (const [index, each] of items.entries()) {
    list.add(each);
    list.times[2 * each.place + 3] = index;
  }
  expect(names(list)).toEqual(items.map(({ name }) => name));
  expect(items.map(({ place }) => list.times[2 * place + 3])).toEqual(items.map((_, index) => index));
  expect(new Set(items.map(({ place }) => place)).size).toBe(5_000);
});

test('places are used again, so that a list that stays small takes no more memory', () => {
  const list = new LruList<Item>(10);
  const { byteLength } = list.times;
  for (let index = 0; index < 10_000; index++) {
    if (list.size === 10) list.remove(list.oldest!);
    list.add(item(String(index)));
  }
  expect(list.times.byteLength).toBe(byteLength);
  expect(names(list)).toEqual(['9990', '9991', '9992', '9993', '9994', '9995', '9996', '9997', '9998', '9999']);
});

test('one that stands in no list has numbers before every instant, and touching it changes nothing', () => {
  const list = new LruList<Item>(10);
  const [one, two, gone] = [item('one'), item('two'), item('gone')];
  for (const each of [one, two, gone]) list.add(each);
  list.remove(gone);
  list.touch(gone.place);
  expect(names(list)).toEqual(['one', 'two']);
  expect(Array.from(list.times.subarray(2 * gone.place, 2 * gone.place + 4))).toEqual([-Infinity, -Infinity, -Infinity, -Infinity]);
});
