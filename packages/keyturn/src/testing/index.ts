/** `keyturn/testing`: a clock and a source that do as a test tells them, and the tests that every provider passes. */
export { FakeClock } from './fake-clock.ts';
export { fakeProvider } from './fake-provider.ts';
export { providerContract } from './provider-contract.ts';
export type { ContractFault, ContractPlace, Holding, Power } from './contract/check.ts';
export type { FakeProvider, Fault } from './fake-provider.ts';
export type { ContractOptions } from './provider-contract.ts';
