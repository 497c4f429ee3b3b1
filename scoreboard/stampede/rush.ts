/** One rush on a cold key: everybody at once, or in waves until the source has answered. */
import type { Library } from '../library.ts';
import { randomOf } from '../random.ts';
import { versionOf } from '../race/reading.ts';
import { documentOf } from '../race/values.ts';
import type { Shape } from './shapes.ts';

export async function rush(library: Library, shape: Shape, readers: number, seed: number, round: number): Promise<{ calls: number; values: number }> {
  const random = randomOf(seed, round);
  const { Secret, createSecrets } = library;
  const { promise: open, resolve: answer } = Promise.withResolvers<void>();
  let calls = 0;
  const get = async (ref: { readonly name: string }) => {
    calls++;
    await open;
    return new Secret({ ref, value: documentOf(ref.name, 1), provider: 'slow', version: '1' });
  };
  const secrets = createSecrets({ providers: [{ name: 'slow', get }], sweepInterval: 'none' });
  const name = `rush/${round}`;
  const waiting: ReturnType<Shape['read']>[] = [];
  for (let reader = 0; reader < readers; reader++) {
    waiting.push(shape.read(secrets, name, reader));
    if (random() < 0.01) await new Promise(setImmediate);
  }
  answer();
  const given = (await Promise.all(waiting)).flat();
  const values = given.filter((secret) => secret && versionOf(secret, name, secret.ref.field) !== 1).length;
  await secrets.close();
  return { calls, values };
}
