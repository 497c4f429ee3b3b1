/** Reads in a loop: each contender gets a loop of its own from one text, so that the compiler learns nothing about one from another. */
import { takeTurns } from './rounds.mjs';

const sliceMs = 50;

/** @param expression how `ref` is read from `target`, as a program would write it */
function loopOf({ target, expression, isAwaited }, refs) {
  const body = `
    let last;
    for (let i = 0, at = 0; i < count; i++) {
      const ref = refs[at];
      last = ${isAwaited ? 'await ' : ''}${expression};
      if (++at === refs.length) at = 0;
    }
    return last;`;
  // oxlint-disable-next-line typescript/no-implied-eval -- the only way to a function of its own for each, and the text is ours
  return new Function('target', 'refs', `return ${isAwaited ? 'async ' : ''}function loop(count) {${body}\n};`)(target, refs);
}

/** Millions of reads a second, by contender, one figure for each round. */
export async function readsPerSecond(contenders, refs) {
  for (const contender of contenders) {
    contender.loop = loopOf(contender, refs);
    contender.count = await warmUp(contender.loop);
  }
  return takeTurns(contenders, async ({ loop, count }) => {
    const startedAt = performance.now();
    await loop(count);
    return count / (performance.now() - startedAt) / 1_000;
  });
}

/** Runs the loop until it is compiled, and answers how many reads fill a slice. */
async function warmUp(loop) {
  for (let i = 0; i < 200; i++) await loop(100);
  let perMs = 1;
  for (let i = 0; i < 8; i++) {
    // As before each slice that counts: what is looked up once a turn is looked up here too.
    await new Promise(setImmediate);
    const count = Math.max(1_000, Math.round(perMs * sliceMs));
    const startedAt = performance.now();
    await loop(count);
    perMs = count / (performance.now() - startedAt);
  }
  return Math.max(1_000, Math.round(perMs * sliceMs));
}
