/** The clock of these tests is the one that users have, and what it is made of. */
export { FakeClock, settled } from '../../src/testing/fake-clock.ts';
