/**
 * The process in which the library meets the hostile: one case after the other, each told apart from the last by what it leaves.
 *
 * Wrong is: another value or another class of error than the case states; an error that is not ours, or that shows a canary; no end in time;
 * the event loop held for over a second; over 64 MiB more in use; an unhandled rejection; a socket or a timer that is left; and a next read that fails.
 */
import { isDeepStrictEqual } from 'node:util';
import { loadHostileWorld, type OpenWorld } from './world.ts';
import { caseAt } from './cases.ts';
import { type Case, canaryParts } from './case.ts';
import { canariesIn } from './shown.ts';
import { Vitals } from './vitals.ts';

export interface Start {
  readonly source: string;
  readonly port: number;
  readonly folder: string;
  readonly seed: number;
}

/** Of a read that is given its time: what a loaded machine may add. */
const graceMs = 1_500;

const stray: string[] = [];
process.on('unhandledRejection', () => stray.push('an unhandled rejection'));
process.on('uncaughtException', () => stray.push('an uncaught exception'));
process.on('warning', (warning) => {
  if (canaryParts.some((part) => String(warning).includes(part))) stray.push('a warning that shows a canary');
});

process.once('message', (start: Start) => {
  void begin(start);
});

async function begin(start: Start): Promise<void> {
  const makeWorld = await loadHostileWorld(start);
  // What is loaded on the first read is no case's doing.
  const first = makeWorld(false);
  await first.afterwards();
  await first.close();
  process.on('message', (index: number) => {
    void run(caseAt(index, start.seed), makeWorld).then((problem) => process.send?.({ problem }));
  });
  process.send?.({ isReady: true });
}

async function run(each: Case, makeWorld: (stalls: boolean) => OpenWorld): Promise<string | undefined> {
  stray.length = 0;
  const vitals = new Vitals();
  const world = makeWorld(each.stalls === true);
  const problems: (string | undefined)[] = [];
  try {
    vitals.begin();
    problems.push(await outcome(each, world));
    problems.push(...vitals.end());
    if (each.answer) problems.push(await world.afterwards());
  } finally {
    await world.close();
  }
  problems.push(await vitals.leftovers(each.leaves), ...world.lines.flatMap(canariesIn).slice(0, 1), ...stray);
  if (Object.keys(Object.prototype).length > 0) problems.push('Object.prototype has a new member');
  return problems.find((problem) => problem !== undefined);
}

async function outcome({ ask, expect }: Case, world: OpenWorld): Promise<string | undefined> {
  const startedAt = performance.now();
  const limit = Promise.withResolvers<'late'>();
  const timer = setTimeout(() => {
    limit.resolve('late');
  }, world.deadlineMs + graceMs);
  try {
    const asked = ask(world).then(
      (given) => judgeValue(given, expect),
      (error: unknown) => judgeError(error, expect, world),
    );
    const judged = await Promise.race([asked, limit.promise]);
    return judged === 'late' ? `no answer within ${Math.round(performance.now() - startedAt)} ms` : judged;
  } finally {
    clearTimeout(timer);
  }
}

function judgeValue(given: unknown, expect: Case['expect']): string | undefined {
  const { gives } = expect;
  if (typeof gives === 'function' ? (gives as (given: unknown) => boolean)(given) : 'gives' in expect && isDeepStrictEqual(given, gives)) return undefined;
  return `gave ${sketch(given)} instead of ${'gives' in expect ? sketch(expect.gives) : expect.fails?.join(' or ')}`;
}

function judgeError(error: unknown, { fails, ...expect }: Case['expect'], world: OpenWorld): string | undefined {
  const seen = canariesIn(error);
  if (seen.length > 0) return seen[0];
  if (!world.isOurs(error)) return `threw an error that is not ours (${error instanceof Error ? `${error.name}: ${error.message}` : typeof error})`;
  if (fails?.includes(error.code)) return undefined;
  return `failed with ${error.code} (${error.message.slice(0, 200)}) instead of ${fails?.join(' or ') ?? sketch(expect.gives)}`;
}

/** The values are ours and hide nothing. */
function sketch(value: unknown): string {
  const text =
    typeof value === 'string'
      ? JSON.stringify(value)
      : value instanceof Uint8Array
        ? `bytes ${Buffer.from(value).toString('hex')}`
        : (JSON.stringify(value) ?? 'undefined');
  return text.length > 120 ? `${text.slice(0, 120)}… (${text.length} characters)` : text;
}
