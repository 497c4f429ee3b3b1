/** The known name that somebody most likely meant. */

/**
 * Those of `names` that are plain words, and may be told to somebody who was near one.
 * A document may be keyed by what is secret itself, a token or an address: such a name is told to nobody.
 */
export function plainWords(names: readonly string[]): string[] {
  return names.filter((name) => /^[a-z][a-z_-]{0,31}$/i.test(name));
}

/** The nearest of `known` to `word`, if it is near enough to be a slip of the hand: a third of its letters, at most three. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let [best, least]: [string | undefined, number] = [undefined, Math.min(3, Math.ceil(word.length / 3)) + 1];
  if (word.length > 64) return undefined;
  for (const name of known) {
    const far = distance(word.toLowerCase(), name.toLowerCase());
    if (far < least) [best, least] = [name, far];
  }
  return best;
}

/** Letters to add, drop, change or swap with their neighbour (Damerau's distance, each letter touched once). */
function distance(a: string, b: string): number {
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      row[j] = Math.min(row[j - 1]! + 1, last[j]! + 1, last[j - 1]! + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j]!, before[j - 2]! + 1);
    }
    [before, last] = [last, row];
  }
  return last[b.length]!;
}

/** `Did you mean ttl? `, to stand before the list of what there is; nothing when no name is near. */
export function meant(word: unknown, known: Iterable<string>): string {
  // A caller in plain JavaScript may have given anything.
  const near = typeof word === 'string' ? nearest(word, known) : undefined;
  return near === undefined ? '' : `Did you mean ${near}? `;
}
