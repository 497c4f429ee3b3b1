/** What is read in the hit and `peek` rows: 100 references, half of them a field, their texts like literals in a program. */

export const refs = literals(Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? `prod/service-${index}` : `prod/service-${index}#password`)));

export const valueOf = (name) => JSON.stringify({ username: 'app', password: `value of ${name}` });

/** Literals are internalized; texts put together at run time are not until they have been a property's name. */
function literals(texts) {
  return Object.keys(Object.fromEntries(texts.map((text) => [text, true])));
}
