import { expect, test } from 'vitest';
import { Reclaim } from '../../src/cache/bookkeeping.ts';
import { settled } from '../support/fake-clock.ts';

interface Item {
  readonly name: string;
  readonly provider: string | undefined;
  epoch: number;
}

/** Those that are there at the start. */
function* atStart(items: Map<string, Item>): Generator<Item> {
  let left = items.size;
  for (const item of items.values()) if (left-- > 0) yield item;
}

/** Items by name, as a cache keeps them. */
function shelf() {
  const items = new Map<string, Item>();
  const visited: string[] = [];
  const changes: boolean[] = [];
  const reclaim = new Reclaim<Item>(
    {
      entries: () => atStart(items),
      visit: (item) => {
        visited.push(item.name);
        if (reclaim.claim(item, item.name, item.provider)) items.delete(item.name);
      },
    },
    (isPending) => changes.push(isPending),
  );
  const put = (name: string, provider?: string) => {
    const item = { name, provider, epoch: reclaim.epoch };
    items.set(name, item);
    return item;
  };
  const isValid = (item: Item) => !reclaim.isInvalid(item, item.name, item.provider);
  return { items, visited, changes, reclaim, put, isValid };
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await settled();
}

test('an invalidation is in force before it returns', () => {
  const { put, reclaim, isValid, items } = shelf();
  for (let index = 0; index < 2_000; index++) put(`b${index}`);
  const [a, ab, b] = [put('a'), put('ab'), put('b')];
  void reclaim.invalidate('a');
  expect([a, ab, b].map(isValid)).toEqual([false, false, true]);
  expect(items.has('a')).toBe(true);
});

test('it resolves with the number of what it ended', async () => {
  const { put, reclaim, items } = shelf();
  for (const name of ['a', 'ab', 'b', '']) put(name);
  expect(await reclaim.invalidate('a')).toBe(2);
  expect([...items.keys()]).toEqual(['b', '']);
  expect(await reclaim.invalidate('a')).toBe(0);
  expect(await reclaim.invalidate('')).toBe(2);
});

test("a provider's invalidation ends what that provider answered, and nothing else", async () => {
  const { put, reclaim, items } = shelf();
  put('a1', 'vault');
  put('a2', 'cloud');
  put('a3');
  put('b1', 'vault');
  expect(await reclaim.invalidate('a', 'vault')).toBe(1);
  expect(await reclaim.invalidate('', 'cloud')).toBe(1);
  expect([...items.keys()]).toEqual(['a3', 'b1']);
  expect(await reclaim.invalidate('')).toBe(2);
});

test('no turn visits more than 250 entries, and the first 250 are visited at once', async () => {
  const { put, reclaim, visited, items } = shelf();
  for (let index = 0; index < 875; index++) put(`a${index}`);
  const count = reclaim.invalidate('a');
  const seen = [visited.length];
  for (let turn = 0; turn < 4; turn++) {
    await settled();
    seen.push(visited.length);
  }
  expect(seen).toEqual([250, 500, 750, 875, 875]);
  expect(await count).toBe(875);
  expect(items.size).toBe(0);
});

test('a pass ends, although entries come as fast as it goes', async () => {
  const { put, reclaim, items, visited } = shelf();
  for (let index = 0; index < 2_000; index++) put(`a${index}`);
  const count = reclaim.invalidate('a');
  for (let turn = 0; turn < 10; turn++) {
    for (let index = 0; index < 1_000; index++) put(`a:${turn}:${index}`);
    await settled();
  }
  expect(await count).toBe(2_000);
  expect(items.size).toBe(10_000);
  expect(visited).toHaveLength(2_000);
});

test('what is put while an invalidation is pending is valid', async () => {
  const { put, reclaim, items, isValid } = shelf();
  for (let index = 0; index < 2_500; index++) put(`a${index}`);
  const count = reclaim.invalidate('a');
  const late = put('a2499');
  expect(isValid(late)).toBe(true);
  expect(await count).toBe(2_499);
  expect([...items.keys()]).toEqual(['a2499']);
});

test('what was put after one invalidation is valid also while another one is pending', async () => {
  const { put, reclaim, isValid } = shelf();
  for (let index = 0; index < 2_500; index++) put(`a${index}`);
  const first = reclaim.invalidate('a');
  const between = put('a-between');
  const second = reclaim.invalidate('b');
  expect(isValid(between)).toBe(true);
  expect(await Promise.all([first, second])).toEqual([2_500, 0]);
  expect(isValid(between)).toBe(true);
});

test('asking whether something is invalid counts nothing, claiming it counts it', async () => {
  const { put, reclaim, items, isValid } = shelf();
  for (let index = 0; index < 1_500; index++) put(`b${index}`);
  const item = put('a');
  const count = reclaim.invalidate('a');
  expect([isValid(item), isValid(item)]).toEqual([false, false]);
  expect(reclaim.claim(item, 'a', undefined)).toBe(true);
  items.delete('a');
  expect(await count).toBe(1);
});

test('what comes while a pass is under way waits for the next, and is in force meanwhile', async () => {
  const { put, reclaim, items, isValid } = shelf();
  const early = put('b-early');
  for (let index = 0; index < 2_500; index++) put(`a${index}`);
  const first = reclaim.invalidate('a');
  await settled();
  const second = reclaim.invalidate('b');
  expect(isValid(early)).toBe(false);
  expect(await Promise.all([first, second])).toEqual([2_500, 1]);
  expect(items.size).toBe(0);
});

test('the same invalidation again, before the first is over, ends what came in between, and both get one count', async () => {
  const { put, reclaim, items, isValid } = shelf();
  for (let index = 0; index < 2_500; index++) put(`a${index}`);
  const first = reclaim.invalidate('a');
  const between = put('a-between');
  expect(isValid(between)).toBe(true);
  const second = reclaim.invalidate('a');
  expect(isValid(between)).toBe(false);
  expect(await Promise.all([first, second])).toEqual([2_501, 2_501]);
  expect(items.size).toBe(0);
});

test('the same prefix of another provider is another invalidation', async () => {
  const { put, reclaim } = shelf();
  for (let index = 0; index < 1_500; index++) put(`a${index}`, index % 3 ? 'vault' : 'cloud');
  expect(await Promise.all([reclaim.invalidate('a', 'vault'), reclaim.invalidate('a', 'cloud'), reclaim.invalidate('a')])).toEqual([1_000, 500, 0]);
});

test('an item that is known to be valid is not asked about again until the next invalidation', async () => {
  const { put, reclaim, isValid } = shelf();
  const item = put('b');
  for (let index = 0; index < 1_500; index++) put(`a${index}`);
  void reclaim.invalidate('a');
  expect(isValid(item)).toBe(true);
  expect(item.epoch).toBe(reclaim.epoch);
  void reclaim.invalidate('b');
  expect(isValid(item)).toBe(false);
  await turns(5);
});

test('more than a thousand different ones at once mean everything: too much is forgotten, never too little', async () => {
  const { put, reclaim, items } = shelf();
  const others = Array.from({ length: 2_000 }, (_, index) => put(`other${index}`));
  const counts = Array.from({ length: 1_500 }, (_, index) => reclaim.invalidate(`x${index}`));
  expect(others.every((item) => reclaim.isInvalid(item, item.name, undefined) || !items.has(item.name))).toBe(true);
  const all = await Promise.all(counts);
  expect(all.slice(0, 1_000).every((count) => count === 0)).toBe(true);
  expect(items.size).toBe(0);
  put('new');
  expect(await reclaim.invalidate('y')).toBe(0);
  expect(items.size).toBe(1);
});

test('a thousand at once are remembered one by one', async () => {
  const { put, reclaim, items } = shelf();
  for (let index = 0; index < 2_000; index++) put(`k${index};`);
  const counts = await Promise.all(Array.from({ length: 1_000 }, (_, index) => reclaim.invalidate(`k${index};`)));
  expect(counts.every((count) => count === 1)).toBe(true);
  expect(items.size).toBe(1_000);
});

test('its owner is told when the first is pending, and when none is any more', async () => {
  const { put, reclaim, changes } = shelf();
  for (let index = 0; index < 2_500; index++) put(`a${index}`);
  const counts = [reclaim.invalidate('a'), reclaim.invalidate('b'), reclaim.invalidate('a')];
  expect(changes).toEqual([true]);
  await Promise.all(counts);
  expect(changes).toEqual([true, false]);
  await reclaim.invalidate('c');
  expect(changes).toEqual([true, false, true, false]);
});

test('settle answers whoever waits for a count, and leaves nothing pending', async () => {
  const { put, reclaim, items, changes } = shelf();
  for (let index = 0; index < 2_500; index++) put(`a${index}`);
  const counts = [reclaim.invalidate('a'), reclaim.invalidate('b')];
  items.clear();
  reclaim.settle();
  expect(changes).toEqual([true, false]);
  const fresh = put('a-new');
  expect(reclaim.isInvalid(fresh, fresh.name, undefined)).toBe(false);
  expect(await Promise.all(counts)).toEqual([250, 0]);
  await turns(12);
  expect(items.size).toBe(1);
});

test('an item from before a settle is not found valid by a later invalidation of its name', async () => {
  const { put, reclaim, isValid } = shelf();
  const old = put('a');
  reclaim.settle();
  for (let index = 0; index < 1_500; index++) put(`b${index}`);
  const count = reclaim.invalidate('a');
  expect(isValid(old)).toBe(false);
  expect(await count).toBe(1);
});

test('a pass without any invalidation visits everything once, for those past their time', async () => {
  const { put, reclaim, visited, changes } = shelf();
  for (let index = 0; index < 1_500; index++) put(`a${index}`);
  reclaim.run();
  reclaim.run();
  await turns(6);
  expect(visited.length).toBeGreaterThanOrEqual(1_500);
  expect(visited.length).toBeLessThanOrEqual(3_000);
  expect(changes).toEqual([]);
});

test('past the thousand the provider no longer matters either: all who come then wait for one and the same', async () => {
  const { put, reclaim, isValid } = shelf();
  for (let index = 0; index < 2_000; index++) put(`other${index}`, 'cloud');
  for (let index = 0; index < 1_000; index++) void reclaim.invalidate(`x${index}`);
  const one = reclaim.invalidate('y', 'vault');
  expect(isValid({ name: 'z', provider: 'cloud', epoch: reclaim.epoch - 1 })).toBe(false);
  expect(reclaim.invalidate('z', 'cloud')).toBe(one);
  await one;
});
