/** The calls that docs/caching.md reckons with: that the cache makes no more of them, and that its table is what its formula gives. */
import { expect, test } from 'vitest';
import { createSecrets } from '../../src/index.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { told } from '../support/source.ts';
import { textOf } from './blocks.ts';

const page = textOf('docs/caching.md');
const quota = 10_000;
const priceOfCall = 0.05 / 10_000;
const monthInSeconds = 30 * 86_400;
const seconds: Readonly<Record<string, number>> = { '1m': 60, '5m': 300, '10m': 600, '1h': 3_600 };
const callsPerSecond = (caches: number, documents: number, ttl: number) => (caches * documents) / (0.72 * ttl);
const short = (figure: number) => String(Number(figure.toPrecision(3)));

/** How often the source is read in a hundred ttls by somebody who reads all the time. */
async function readsInAHundredLives(random: number): Promise<number> {
  const clock = new FakeClock();
  const source = told({ db: 'example' }, { clock });
  const secrets = createSecrets({ providers: [source], clock, ttl: '100s', random: () => random });
  for (let at = 0; at < 10_000_000; at += 500) {
    await secrets.get('db');
    await clock.advance(500);
  }
  await secrets.close();
  return source.reads.length;
}

test('of a document that is read all the time the source is asked no earlier than after 72 % of its ttl', async () => {
  const most = await readsInAHundredLives(1);
  // One at the beginning, and what half a second between two reads makes later.
  expect(most).toBeLessThanOrEqual(1 + 100 / 0.72);
  expect(most).toBeGreaterThan(0.98 * (100 / 0.72));
});

test('without jitter it is asked after 80 %', async () => {
  const reads = await readsInAHundredLives(0);
  expect(reads).toBeLessThanOrEqual(1 + 100 / 0.8);
  expect(reads).toBeGreaterThan(0.98 * (100 / 0.8));
});

test('the table of calls is what the formula, the quota and the price give', () => {
  const [table = ''] = (page.split("AWS's price in 30 days |\n")[1] ?? '').split('\n\n');
  const rows = table
    .split('\n')
    .slice(1)
    .map((row) => row.slice(2, -2).split(' | '));
  expect(rows.length).toBeGreaterThan(4);
  for (const [caches = '', documents = '', ttl = '', ...told] of rows) {
    const calls = callsPerSecond(Number(caches), Number(documents), seconds[ttl] ?? Number.NaN);
    const inMonth = calls * monthInSeconds;
    const share = `${short((calls / quota) * 100)} %`;
    expect(told).toEqual([short(calls), Math.round(inMonth).toLocaleString('en'), share, `$${(inMonth * priceOfCall).toFixed(2)}`]);
  }
});

test('the worked example is what the formula gives', () => {
  expect(page).toContain(`20 × 10 ÷ (0.72 × 300) = ${short(callsPerSecond(20, 10, 300))} calls a second`);
  expect(page).toContain(`80 × 10 ÷ (0.72 × 2) = ${Math.round((80 * 10) / (0.72 * 2))} s`);
  expect(callsPerSecond(80, 10, 600)).toBeLessThan(2);
});
