/** Contenders take turns in one process, so that what slows the machine slows them all; the figure is the median of the rounds. */

export const rounds = 15;

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The median over the rounds of one contender's figure to another's in the same round. */
export function ratioOf(ones, others) {
  return median(ones.map((one, index) => one / others[index]));
}

/** Figures of every contender, by name, one for each round. Each round begins with another of them. */
export async function takeTurns(contenders, measure, count = rounds) {
  const figures = new Map(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < count; round++) {
    for (let at = 0; at < contenders.length; at++) {
      const contender = contenders[(round + at) % contenders.length];
      // What one left on the heap is not collected on the next one's time.
      globalThis.gc();
      await new Promise(setImmediate);
      figures.get(contender.name).push(await measure(contender));
    }
  }
  return figures;
}
