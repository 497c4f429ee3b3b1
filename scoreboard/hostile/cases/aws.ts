/** What the cases of AWS have in common: one secret, one good answer, and the usual ends. */
import { type Answer, always, json, secretOf, type Step } from '../answer.ts';
import { canary, type Case, type Expected, shown } from '../case.ts';

export const name = 'prod/db';
export const value = `${canary} é€😀 "quoted" \\ {"a":1.10}`;
/** Of the good answer: a mebibyte is the most. */
export const content = secretOf(name, { SecretString: value });
export const text = JSON.stringify(content);
export const good = json(content);

export const gives: Expected = { gives: value };
export const unavailable: Expected = { fails: ['PROVIDER_UNAVAILABLE'] };
export const late: Expected = { fails: ['PROVIDER_UNAVAILABLE', 'DEADLINE_EXCEEDED'] };
export const invalid: Expected = { fails: ['INVALID_SECRET'] };
/** Nothing of use came: whether the place or the answer is to blame may be said either way. */
export const unusable: Expected = { fails: ['PROVIDER_UNAVAILABLE', 'INVALID_SECRET'] };
export const givesOr = (expected: Expected): Expected => ({ ...gives, ...expected });

/** A read of the one secret. */
export function read(title: string, answer: Answer | readonly Step[], expect: Expected, more: Partial<Case> = {}): Case {
  return {
    name: title,
    answer: typeof answer === 'function' ? answer : always(...answer),
    ask: async (world) => shown(await world.get(name)),
    expect,
    ...more,
  };
}

export const stalls = { stalls: true } as const;
