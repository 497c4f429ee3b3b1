/** Who was removed stays removed, whoever still holds it. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { Slot } from '../../src/cache/entry.ts';
import { SecretCache } from '../../src/cache/index.ts';
import { createSecrets, Secret } from '../../src/index.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { told } from '../support/source.ts';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

function kept() {
  const clock = new FakeClock();
  const cache = new SecretCache({ clock });
  const scope = cache.enter('one');
  const secret = new Secret({ ref: { name: 'a' }, value: '{"x":1}', provider: 'told', clock });
  const times = { quietUntil: 1_000, freshUntil: 2_000, staleUntil: 3_000 };
  const entry = cache.put(scope, 'a', secret, times, () => undefined);
  return { cache, scope, entry, times };
}

test('the times of an entry that was removed cannot be set: nobody becomes fresh by it', () => {
  const { cache, scope, entry, times } = kept();
  cache.remove(entry);
  entry.live(times);
  entry.quiet(500);
  entry.epoch = 7;
  for (const each of [entry, scope.nobody.entry])
    expect([each.quietUntil, each.freshUntil, each.staleUntil, each.epoch]).toEqual([-Infinity, -Infinity, -Infinity, -Infinity]);
});

test('a slot that is dropped leads nowhere in every one of its parts', () => {
  const { cache, scope, entry } = kept();
  const field = cache.putField(entry, 'a#x', entry.secret.field('x'));
  const { slot } = entry;
  slot.next = field;
  field.next = slot;
  field.about = { ref: { name: 'a' }, provider: 'told' };
  cache.remove(entry);
  const { nobody } = scope;
  for (const each of [slot, field]) {
    expect(each).toBeInstanceOf(Slot);
    expect([each.text, each.place]).toEqual([nobody.text, 0]);
    expect([each.secret === nobody.secret, each.promise === nobody.promise, each.next === nobody, each.entry === nobody.entry]).toEqual([
      true,
      true,
      true,
      true,
    ]);
  }
});

test('what createSecrets() made is not held by the library', async () => {
  const secret = await (async () => {
    const secrets = createSecrets({ providers: [told({ a: '1' })], sweepInterval: 'none' });
    return new WeakRef(await secrets.get('a'));
  })();
  for (let turn = 0; turn < 5; turn++) {
    await settled();
    gc();
  }
  expect(secret.deref()).toBeUndefined();
});
