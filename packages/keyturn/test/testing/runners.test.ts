/** The contract suite takes the `test` of other runners too; that it runs there is shown by the pages, which use node:test. */
import type nodeTest from 'node:test';
import { expectTypeOf, test } from 'vitest';
import type { ContractOptions } from '../../src/testing/index.ts';

test('the test functions of node:test and vitest are taken as they are', () => {
  expectTypeOf<typeof nodeTest>().toExtend<ContractOptions['test']>();
  expectTypeOf<typeof test>().toExtend<ContractOptions['test']>();
  // As jest's is declared.
  expectTypeOf<{ (name: string, fn?: () => Promise<unknown>, timeout?: number): void; skip: { (name: string, fn?: () => Promise<unknown>): void } }>().toExtend<
    ContractOptions['test']
  >();
});
