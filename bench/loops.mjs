/**
 * Reads in a loop, one for each contender, so that the compiler learns nothing about one from another. Its name stands in the text: what
 * `new Function` makes of equal texts shares what was learned, and a second contender of the same expression would slow the first.
 */
import { takeTurns } from './rounds.mjs';

const sliceMs = 50;

/** @param expression how `ref` is read from `target`, as a program would write it */
function loopOf({ name, target, expression, isAwaited }, refs) {
  const body = `
    // ${name}
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
export async function readsPerSecond(contenders, refs, rounds) {
  for (const contender of contenders) {
    contender.loop = loopOf(contender, refs);
    contender.calls = await warmUp(contender.loop);
  }
  const measure = async ({ loop, calls }) => {
    // A collection makes the compiler drop code that held on to what was collected. In a program that happens seldom, so it is not measured.
    await readsPerMs(loop, Math.ceil(calls / 2));
    return (await readsPerMs(loop, calls)) / 1_000;
  };
  return takeTurns(contenders, measure, rounds);
}

/** So many reads are one call of a loop. */
const readsPerCall = 5_000;

/**
 * Calls the loop again and again instead of once with a large count: a function that is called once is compiled anew in the middle of its
 * loop, each time after a collection, and the larger the code that it inlines, the more of the slice would be the compiler's.
 */
async function readsPerMs(loop, calls) {
  const startedAt = performance.now();
  for (let call = 0; call < calls; call++) await loop(readsPerCall);
  return (calls * readsPerCall) / (performance.now() - startedAt);
}

/** Runs the loop until it is compiled, and answers how many calls fill a slice. */
async function warmUp(loop) {
  for (let i = 0; i < 200; i++) await loop(100);
  let calls = 1;
  for (let i = 0; i < 8; i++) {
    // As before each slice that counts: what is looked up once a turn is looked up here too.
    await new Promise(setImmediate);
    calls = Math.max(1, Math.round(((await readsPerMs(loop, calls)) * sliceMs) / readsPerCall));
  }
  return calls;
}
