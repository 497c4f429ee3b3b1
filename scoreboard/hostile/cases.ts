/** Every case: the fixed ones in an order that mixes them, then as many by chance as are asked for. */
import { randomOf } from '../random.ts';
import { bodies } from './cases/bodies.ts';
import { byChance } from './cases/chance.ts';
import { documents } from './cases/documents.ts';
import { errors } from './cases/errors.ts';
import { heads } from './cases/heads.ts';
import { many } from './cases/many.ts';
import { settings } from './cases/settings.ts';
import { transport } from './cases/transport.ts';
import type { Case } from './case.ts';

const said = [...transport, ...heads, ...bodies, ...errors, ...many];
const written = [...documents, ...settings];

/** Mixed, always the same way: those that wait are shared among the processes. */
export const fixed: readonly Case[] = mixed([...said, ...written]);
export const counts = { answers: said.length, documents: written.length };

export function caseAt(index: number, seed: number): Case {
  return fixed[index] ?? byChance(seed, index);
}

function mixed(cases: Case[]): Case[] {
  const random = randomOf(29, 0);
  for (let at = cases.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [cases[at], cases[other]] = [cases[other] as Case, cases[at] as Case];
  }
  return cases;
}
