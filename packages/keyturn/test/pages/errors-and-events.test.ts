/** Every row of docs/errors-and-events.md, both ways: what the page says the code does, and what the code has the page says. */
import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import * as keyturn from '../../src/index.ts';
import { createSecrets, type EventName, type KeyturnError, type Logger, type Secrets, type SecretsOptions } from '../../src/index.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { checked, type Told, told, unavailable } from '../support/source.ts';
import { textOf } from './blocks.ts';
import { root } from './workplace.ts';

const page = textOf('docs/errors-and-events.md');
const source = join(root, 'packages/keyturn/src');

function rowsBelow(head: string): string[][] {
  const [table = ''] = (page.split(`${head}\n`)[1] ?? '').split('\n\n');
  return table
    .split('\n')
    .slice(1)
    .map((row) => row.slice(2, -2).split(' | '));
}
const namesIn = (cell = '') => Array.from(cell.matchAll(/`([^`]+)`/g), ([, name = '']) => name);

type ErrorClass = new (message: string, details?: { provider?: string }) => KeyturnError;
const classes = Object.fromEntries(Object.entries(keyturn).filter(([name]) => /^[A-Z]\w+Error$/.test(name) && name !== 'KeyturnError')) as unknown as Record<
  string,
  ErrorClass
>;
const errorRows = rowsBelow('| error | code | meaning | exit code | stale value covers | the kept value | remembered |').map(
  ([name = '', code = '', , exit = '', covers = '', kept = '', remembered = '']) => ({
    name: namesIn(name)[0] ?? '',
    code: namesIn(code)[0] ?? '',
    exit: Number(exit),
    covers,
    kept,
    remembered,
  }),
);

test('the page has every error there is, and no other', () => {
  expect(errorRows.map(({ name }) => name).toSorted()).toEqual(Object.keys(classes).toSorted());
});

const clock = () => new FakeClock();
const opened: Secrets[] = [];
function open(options: SecretsOptions): Secrets {
  const secrets = createSecrets({ random: () => 0, ...options });
  opened.push(secrets);
  return secrets;
}
afterEach(async () => {
  for (const secrets of opened.splice(0)) await secrets.close();
});

describe.each(errorRows)('$name', ({ name, code, exit, covers, kept, remembered }) => {
  const failure = () => new (classes[name] as ErrorClass)('example', { provider: 'told' });

  test('has the code and the exit code that the page says', () => {
    expect([failure().code, exitCodeOf(code)]).toEqual([code, exit]);
  });

  test('is covered by a stale value, leaves or drops the kept one, and is remembered, as the page says', async () => {
    const time = clock();
    const provider = told({ db: 'one' }, { clock: time });
    const secrets = open({ providers: [provider], clock: time, ttl: '100s' });
    await secrets.get('db');
    await time.advance(100_000);
    provider.failure = failure();
    const answer = await secrets.get('db').catch((error: unknown) => error);
    expect(answer instanceof keyturn.Secret ? 'yes' : 'no').toBe(covers);
    // Whether an outage brings it back tells whether it is still there.
    await time.advance(30_000);
    provider.failure = unavailable();
    const later = await secrets.get('db').catch((error: unknown) => error);
    expect(later instanceof keyturn.Secret ? 'stays' : 'dropped').toBe(kept);

    const fresh = told({}, { clock: time });
    const others = open({ providers: [fresh], clock: time });
    fresh.failure = failure();
    for (let read = 0; read < 2; read++) await others.get('db').catch(() => undefined);
    expect(fresh.reads.length === 1 ? 'for `negativeTtl`' : 'no').toBe(remembered);
  });
});

test('a field that is missing drops no document', async () => {
  const secrets = open({ providers: [told({ db: '{"user":"app"}' })] });
  await expect(secrets.get('db#password')).rejects.toMatchObject({ code: 'SECRET_NOT_FOUND' });
  expect(secrets.peek('db')).toBeInstanceOf(keyturn.Secret);
});

const eventRows = rowsBelow('| event | when | payload | log level |').map(([event = '', , payload = '', level = '']) => ({
  event: (namesIn(event)[0] ?? '') as EventName,
  payload: namesIn(payload).toSorted(),
  levels: namesIn(level),
}));

/** The payloads of the types, parts of which are shared. */
function typedEvents(): Map<string, string[]> {
  const text = fs.readFileSync(join(source, 'core/events.ts'), 'utf8');
  const fieldsOf = (type: string) => Array.from(type.matchAll(/readonly (\w+)\??:/g), ([, name = '']) => name);
  const shared = new Map(Array.from(text.matchAll(/^interface (\w+) \{([\s\S]*?)^\}/gm), ([, name = '', body = '']) => [name, fieldsOf(body)]));
  const body = /^export interface Events \{([\s\S]*?)^\}/m.exec(text)?.[1] ?? '';
  return new Map(
    Array.from(body.matchAll(/^ {2}readonly (\w+): (.*);$/gm), ([, event = '', type = '']) => [
      event,
      [...[...shared].flatMap(([name, fields]) => (new RegExp(`\\b${name}\\b`).test(type.replace(/\{.*\}/, '')) ? fields : [])), ...fieldsOf(type)].toSorted(),
    ]),
  );
}

test('the page has every event there is with all of its payload, and no other', () => {
  expect(new Map(eventRows.map(({ event, payload }) => [event, payload]))).toEqual(typedEvents());
});

describe('what really happens', () => {
  let time: FakeClock;
  let provider: Told;
  beforeEach(() => {
    time = clock();
    provider = checked(told({ db: 'one', other: 'two' }, { clock: time }));
  });

  async function happen(on: (secrets: Secrets) => void, options: Partial<SecretsOptions>): Promise<void> {
    const secrets = open({ providers: [provider], clock: time, ttl: '100s', maxTtl: '50s', maxEntries: 1, ...options });
    on(secrets);
    await secrets.get('db');
    await secrets.get('db');
    await secrets.get('other');
    await secrets.get('db');
    provider.rotate('db', 'three');
    await secrets.refresh('db');
    await secrets.find('none');
    await secrets.prefetch(['db']);
    await secrets.prefetch(['gone'], { onError: 'warn' });
    await time.advance(50_000);
    await secrets.get('db');
    await time.advance(50_000);
    provider.failure = unavailable();
    await secrets.get('db');
    await secrets.invalidate('db');
    await secrets.invalidate({ prefix: 'd', provider: 'told' });
    await secrets.clear();
    await settled();
  }

  test('every event but retry is told, with the payload that the page says', async () => {
    vi.spyOn(process, 'emitWarning').mockReturnValue();
    const payloads = new Map<string, Set<string>>();
    await happen((secrets) => {
      for (const { event } of eventRows) {
        secrets.on(event, (told) => {
          const present = Object.keys(told);
          payloads.set(event, new Set([...(payloads.get(event) ?? []), ...present]));
        });
      }
    }, {});
    const seen = new Map(Array.from(payloads, ([event, names]) => [event, [...names].toSorted()]));
    expect(seen).toEqual(new Map(eventRows.filter(({ event }) => event !== 'retry').map(({ event, payload }) => [event, payload])));
  });

  test('every event but retry is a line of the level that the page says', async () => {
    const levels = new Map<string, Set<string>>();
    const logger = Object.fromEntries(
      ['debug', 'info', 'warn', 'error'].map((level) => [
        level,
        (line: string) => {
          const event = /^keyturn: (\w+)/.exec(line)?.[1] ?? line;
          levels.set(event, new Set([...(levels.get(event) ?? []), level]));
        },
      ]),
    ) as unknown as Logger;
    await happen(() => undefined, { logger, log: { level: 'debug' } });
    const seen = new Map(Array.from(levels, ([event, names]) => [event, [...names].toSorted()]));
    expect(seen).toEqual(new Map(eventRows.filter(({ event }) => event !== 'retry').map(({ event, levels: written }) => [event, written.toSorted()])));
  });
});

test('nothing opens a circuit or tells of a retry yet, as the page says', () => {
  const files = fs.readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const all = files.map((name) => fs.readFileSync(join(source, name), 'utf8')).join('\n');
  expect(files.length).toBeGreaterThan(50);
  expect({ opens: all.includes('new CircuitOpenError('), retries: all.includes(`emit('retry'`) }).toEqual({ opens: false, retries: false });
});
