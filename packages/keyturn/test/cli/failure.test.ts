import { expect, test } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { failureOf } from '../../src/cli/failure.ts';
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
