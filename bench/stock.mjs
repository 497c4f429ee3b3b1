/** What is read in the hit and `peek` rows: 100 references, half of them a field, their texts like literals in a program. */

export const refs = literals(Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? `prod/service-${index}` : `prod/service-${index}#password`)));

/** The same references over and over, 10,007 in all, in an order of no pattern. */
export const shuffled = Array.from({ length: 10_007 }, (_, index) => refs[(Math.imul((index + 1) ** 2, 0x9e3779b1) >>> 12) % refs.length]);

export const valueOf = (name) => JSON.stringify({ username: 'app', password: `value of ${name}` });

/** Literals are internalized; texts put together at run time are not until they have been a property's name. */
function literals(texts) {
  return Object.keys(Object.fromEntries(texts.map((text) => [text, true])));
}
