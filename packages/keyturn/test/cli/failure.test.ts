import { expect, test } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { failureOf, ManyFailures, report } from '../../src/cli/failure.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import * as errors from '../../src/core/errors.ts';

test('a fault of ours is told by its kind only: its message may quote a value', () => {
  for (const fault of [new TypeError('canary'), Object.assign(new Error('x'), { name: 'canary with spaces' }), 'canary', { message: 'canary' }, undefined]) {
    expect(failureOf(fault)).toMatchObject({ code: 'INTERNAL', exitCode: 70 });
    expect(JSON.stringify(failureOf(fault))).not.toContain('canary');
  }
});

test('every error has the exit code that scripts rely on', () => {
  const codes = Object.values(errors)
    .filter((each) => typeof each === 'function' && each.prototype instanceof errors.KeyturnError)
    .map((Kind) => new (Kind as new (message: string) => errors.KeyturnError)('x'))
    .map(({ code }): [string, number] => [code, exitCodeOf(code)]);
  expect(Object.fromEntries(codes)).toEqual({
    CONFIGURATION: 1,
    INVALID_REFERENCE: 1,
    UNSUPPORTED: 1,
    PROVIDER_UNAVAILABLE: 2,
    CIRCUIT_OPEN: 2,
    DEADLINE_EXCEEDED: 2,
    CONFLICT: 2,
    AUTHENTICATION: 3,
    ACCESS_DENIED: 3,
    SECRET_NOT_FOUND: 4,
    INVALID_SECRET: 4,
    CLOSED: 70,
  });
});

/** What `report` says of them to people. */
function told(...hints: string[]): string {
  const failures = hints.map((hint, at) => ({ about: `V${at}`, error: new errors.SecretNotFoundError(`s${at}: no provider has it.`, { hint }) }));
  const said: string[] = [];
  report(new ManyFailures('Two are missing.', failures), { say: (text: string) => said.push(text) } as unknown as Terminal, { json: false });
  return said.join('');
}

test('of several failures each has its own hint below it, and one that all share stands once at the end', () => {
  expect(told('Look here.', 'Look there.')).toBe(
    'keyturn: Two are missing.\n- V0: s0: no provider has it.\n    Look here.\n- V1: s1: no provider has it.\n    Look there.',
  );
  expect(told('Look here.', 'Look here.')).toBe('keyturn: Two are missing.\n- V0: s0: no provider has it.\n- V1: s1: no provider has it.\n  Look here.');
});
