import { expect, test } from 'vitest';
import type { ProviderConfig } from '../../src/config/config.ts';
import { refuseMeetingNames } from '../../src/config/meeting-names.ts';

const env = (options: Record<string, unknown> = {}): ProviderConfig => ({ kind: 'env', options });
/** What two variables are to hold: secrets that meet in `PROD_DB_PASSWORD`. */
const meeting = { FIRST: 'prod/db#password', SECOND: 'prod-db#password' };

test('two secrets that one variable would answer are refused, with both and the variable', () => {
  expect(() => {
    refuseMeetingNames(meeting);
  }).toThrow(/FIRST \(prod\/db#password\) and SECOND \(prod-db#password\) .* PROD_DB_PASSWORD\./);
  expect(() => {
    refuseMeetingNames(meeting, [env({ prefix: 'MYAPP' })]);
  }).toThrow(/MYAPP_PROD_DB_PASSWORD\./);
});

test('one secret under two names, written in two ways, is no meeting', () => {
  expect(() => {
    refuseMeetingNames({ FIRST: 'prod/db#password', SECOND: 'prod/db#password', THIRD: 'env://prod/db#password' });
  }).not.toThrow();
});

test('a name that match keeps from the environment meets nobody there', () => {
  expect(() => {
    refuseMeetingNames(meeting, [env({ match: ['prod/**'] })]);
  }).not.toThrow();
  expect(() => {
    refuseMeetingNames(meeting, [env({ match: ['other/**'] })]);
  }).not.toThrow();
  expect(() => {
    refuseMeetingNames(meeting, [env({ match: ['prod/**', 'prod-*'] })]);
  }).toThrow(/PROD_DB_PASSWORD/);
});

test('what another provider is asked for, or has a version, is never answered by the environment', () => {
  expect(() => {
    refuseMeetingNames({ ...meeting, SECOND: 'file://prod-db#password' });
  }).not.toThrow();
  expect(() => {
    refuseMeetingNames({ ...meeting, SECOND: 'prod-db?version=1#password' });
  }).not.toThrow();
  expect(() => {
    refuseMeetingNames(meeting, [{ kind: 'file', options: {} }]);
  }).not.toThrow();
  expect(() => {
    refuseMeetingNames({ ...meeting, SECOND: 'vars://prod-db#password' }, [env({ name: 'vars' })]);
  }).toThrow(/PROD_DB_PASSWORD/);
});
