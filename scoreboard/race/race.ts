/** One interleaving: a dozen steps over a few keys, chosen by a seed, with the event loop held between them; and what was wrong with it. */
import type { Secret, Secrets } from '../../packages/keyturn/src/index.ts';
import type { Library } from '../library.ts';
import { pick, type Random, randomOf } from '../random.ts';
import { versionOf } from './reading.ts';
import { type Kind, RaceSource } from './source.ts';
import { RaceClock, stealTime } from './time.ts';

const names = ['a/x', 'a/y', 'b'];
const fields = [undefined, undefined, 'user', 'password'];
const refs = names.flatMap((name) => [name, `${name}#user`, `${name}#password`]);
const ttl = 100;
const staleIfError = 1_500;
/** In one case of so many, more is kept than one turn of the event loop can forget: what an invalidation means must not wait for that. */
const crowdedEvery = 200;
const crowd = Array.from({ length: 1_010 }, (_, index) => `a/crowd-${index}`);

interface Reading {
  readonly what: string;
  readonly name: string;
  readonly field: string | undefined;
  /** The oldest version that may be given. */
  readonly need: number;
  /** The same for a stale value, which covers for a read that failed. */
  readonly floor: number;
  /** How often the key had been forgotten when it began. */
  readonly forgotten: number;
  readonly step: number;
  /** How often everything that was ready had run when it began. */
  readonly turn: number;
  /** Nothing was under way at the source when it began. */
  readonly isFirst: boolean;
  readonly startedAt: number;
  readonly abort: AbortController | undefined;
}

export class Race {
  /** What happened, when asked to write it down. */
  readonly steps: string[] = [];
  readonly #random: Random;
  readonly #isWritten: boolean;
  readonly #clock = new RaceClock();
  readonly #isSystemTime: boolean;
  readonly #isCrowded: boolean;
  readonly #source: RaceSource;
  readonly #secrets: Secrets;
  readonly #maxEntries: number;
  /** Per name, the newest version that anybody was given or that an invalidation saw. */
  readonly #floor = new Map<string, number>(names.map((name) => [name, 1]));
  readonly #forgotten = new Map<string, number>(names.map((name) => [name, 0]));
  readonly #running = new Map<Reading, Promise<void>>();
  #problem: string | undefined;
  #step = 0;
  #turns = 0;
  /** The turn in which a read of the source last ended. */
  #endedAt = -1;

  constructor(library: Library, seed: number, index: number, isWritten = false) {
    this.#isWritten = isWritten;
    this.#random = randomOf(seed, index);
    this.#isSystemTime = this.#random() < 0.5;
    this.#isCrowded = index % crowdedEvery === 7;
    this.#maxEntries = this.#isCrowded ? 2_000 : pick(this.#random, [1, 2, 1_000]);
    if (this.#isSystemTime) stealTime(this.#clock);
    this.#source = new RaceSource(library, names, this.#random, this.#isSystemTime ? undefined : this.#clock);
    this.#secrets = library.createSecrets({
      providers: [this.#source.provider],
      maxEntries: this.#maxEntries,
      ttl: `${ttl}ms`,
      staleIfError: pick(this.#random, ['0ms', `${staleIfError}ms`] as const),
      negativeTtl: '50ms',
      deadline: 'none',
      attemptTimeout: 'none',
      sweepInterval: 'none',
      random: this.#random,
      ...(!this.#isSystemTime && { clock: this.#clock }),
    });
  }

  /** What was wrong first, or `undefined`. */
  async run(): Promise<string | undefined> {
    try {
      if (this.#isCrowded) await this.#secrets.prefetch(crowd);
      const count = 6 + Math.floor(this.#random() * 12);
      while (this.#step < count && this.#problem === undefined) {
        this.#step++;
        await this.#turn(this.#act());
      }
      if (this.#problem === undefined) await this.#settle();
      return this.#problem;
    } finally {
      await this.#secrets.close();
      stealTime(undefined);
    }
  }

  /** Answers whether the clock moved. */
  #act(): boolean {
    const secrets = this.#secrets;
    if (this.#isCrowded && this.#random() < 0.3) {
      this.#forgetInTheCrowd();
      return false;
    }
    const name = pick(this.#random, names);
    const chance = Math.floor(this.#random() * 100);
    if (chance < 26) this.#read('get', name);
    else if (chance < 30) this.#read('fresh', name);
    else if (chance < 36) this.#peek(name);
    else if (chance < 42) this.#read('refresh', name);
    else if (chance < 46) this.#prefetch();
    else if (chance < 50) this.#forget(`invalidate ${name}`, [name], () => secrets.invalidate(name));
    else if (chance < 54) this.#forget('invalidate a/', ['a/x', 'a/y'], () => secrets.invalidate({ prefix: 'a/' }));
    else if (chance < 56) this.#forget('clear', names, () => secrets.clear());
    else if (chance < 66) this.#change(name, 'value');
    else if (chance < 68) this.#change(name, 'absent');
    else if (chance < 70) this.#change(name, 'denied');
    else if (chance < 84) this.#answer();
    else if (chance < 90) this.#fail();
    else if (chance >= 97) this.#leave();
    else this.#wait(pick(this.#random, [1, 50, 85, 100, 100, 1_000, 2_000]));
    return chance >= 90 && chance < 97;
  }

  #read(what: 'get' | 'fresh' | 'refresh', name: string): void {
    const field = pick(this.#random, fields);
    const ref = field === undefined ? name : (refs.find((each) => each === `${name}#${field}`) as string);
    const abort = this.#random() < 0.1 ? new AbortController() : undefined;
    const reading = this.#begin(what, name, field, abort);
    const { signal } = abort ?? {};
    if (what === 'refresh') this.#follow(reading, this.#secrets.refresh(ref, { signal }));
    else if (what === 'fresh') this.#follow(reading, this.#secrets.get(ref, { maxAge: 0, signal }));
    else this.#follow(reading, abort ? this.#secrets.get(ref, { signal }) : this.#secrets.get(ref));
  }

  #prefetch(): void {
    const force = this.#random() < 0.3;
    const wanted = names.filter(() => this.#random() < 0.7);
    const readings = wanted.map((name) => this.#begin(force ? 'prefetch anew' : 'prefetch', name, undefined, undefined));
    const all = this.#secrets.prefetch(wanted, { onError: 'warn', force });
    for (const [index, reading] of readings.entries()) {
      this.#follow(
        reading,
        all.then((secrets) => secrets[index] ?? Promise.reject(new Error('one of a prefetch failed'))),
      );
    }
  }

  #peek(name: string): void {
    const reading = this.#begin('peek', name, pick(this.#random, fields), undefined);
    const secret = this.#secrets.peek(reading.field === undefined ? name : `${name}#${reading.field}`);
    if (!secret) return;
    if (secret.stale || secret.ageMs > ttl) this.#wrong(reading, `peek gave a value ${secret.ageMs} ms old`);
    this.#given(reading, secret);
  }

  #begin(what: string, name: string, field: string | undefined, abort: AbortController | undefined): Reading {
    this.#write(`${what} ${name}${field === undefined ? '' : `#${field}`}, at least version ${this.#floor.get(name)}`);
    // A refresh starts a read of its own, and so sees at least what is there now.
    const floor = this.#floor.get(name) as number;
    const need = what === 'refresh' || what === 'prefetch anew' || what === 'fresh' ? this.#source.version(name) : floor;
    return {
      what,
      name,
      field,
      need,
      floor,
      forgotten: this.#forgotten.get(name) as number,
      step: this.#step,
      turn: this.#turns,
      isFirst: this.#source.pending.length === 0 && this.#endedAt < this.#turns,
      startedAt: this.#clock.now(),
      abort,
    };
  }

  #follow(reading: Reading, result: Promise<Secret>): void {
    const over = result.then(
      (secret) => {
        this.#given(reading, secret);
      },
      (error: unknown) => {
        this.#refused(reading, error as Error & { code?: string });
      },
    );
    this.#running.set(
      reading,
      over.finally(() => this.#running.delete(reading)),
    );
  }

  #given(reading: Reading, secret: Secret): void {
    const { name, what } = reading;
    const need = secret.stale ? reading.floor : reading.need;
    const version = versionOf(secret, name, reading.field);
    if (typeof version === 'string') return this.#wrong(reading, version);
    this.#write(`  ${what} of step ${reading.step} gave ${name} version ${version}${secret.stale ? ', stale' : ''}`);
    if (this.#source.kindOf(name, version) !== 'value') this.#wrong(reading, `version ${version} never was a value`);
    if (version < need) this.#wrong(reading, `version ${version} was given, ${need} was the least`);
    // What the clock moved while the reader waited is no age that the cache could know of.
    const age = secret.ageMs - (this.#clock.now() - reading.startedAt);
    if (secret.stale && !this.#source.failedAt.has(name)) this.#wrong(reading, 'a stale value was given, and the source never failed');
    // What a read under way brings may have waited for the rest of its batch.
    if (reading.isFirst && age > (secret.stale ? ttl + staleIfError : ttl))
      this.#wrong(reading, `a value ${age} ms old was given${secret.stale ? ' as stale' : ' as fresh'}`);
    this.#proves(reading, version);
  }

  #refused(reading: Reading, error: Error & { code?: string }): void {
    const { name, need, what } = reading;
    this.#write(`  ${what} of step ${reading.step} failed: ${error.code ?? error.message}`);
    if (error.code === 'SECRET_NOT_FOUND' || error.code === 'ACCESS_DENIED') {
      const kind = error.code === 'ACCESS_DENIED' ? 'denied' : 'absent';
      // The error does not say which of several times it means; the first is the least that it proves.
      for (let version = need; version <= this.#source.version(name); version++) {
        if (this.#source.kindOf(name, version) === kind) return this.#proves(reading, version);
      }
      return this.#wrong(reading, `${error.code}, and since version ${need} the source has never said so`);
    }
    if (error.code === 'PROVIDER_UNAVAILABLE' || error.code === 'AUTHENTICATION') {
      if (reading.isFirst && (this.#source.failedAt.get(name) ?? -1) < reading.turn)
        this.#wrong(reading, `${error.code}, and the source has not failed since: an old failure was given again`);
      return;
    }
    const isOwn = error.name === 'AbortError' ? reading.abort?.signal.aborted === true : error.message === 'one of a prefetch failed';
    if (!isOwn) this.#wrong(reading, `failed as nothing did: ${error.stack ?? error.message}`);
  }

  #forget(what: string, concerned: readonly string[], call: () => Promise<number>): void {
    this.#write(what);
    void call();
    for (const name of concerned) {
      this.#forgotten.set(name, (this.#forgotten.get(name) as number) + 1);
      this.#raise(name, this.#source.version(name));
    }
  }

  /** Read in the same breath: the memory of what was forgotten is not back yet. */
  #forgetInTheCrowd(): void {
    this.#change('a/x', 'value');
    this.#forget('invalidate a/', ['a/x', 'a/y'], () => this.#secrets.invalidate({ prefix: 'a/' }));
    this.#peek('a/x');
    this.#read('get', 'a/x');
    this.#read('get', 'a/y');
  }

  #change(name: string, kind: Kind): void {
    this.#source.change(name, kind);
    this.#write(`the source's ${name} is now version ${this.#source.version(name)}, ${kind}`);
  }

  #answer(): void {
    const read = pick(this.#random, this.#source.pending);
    if (!read) return;
    this.#write(`the source answers a read of ${read.refs.map(({ name }) => name).join()}`);
    this.#endedAt = this.#turns;
    this.#source.answer(read);
  }

  #fail(): void {
    const read = pick(this.#random, this.#source.pending);
    if (!read) return;
    this.#write(`the source fails a read of ${read.refs.map(({ name }) => name).join()}`);
    this.#endedAt = this.#turns;
    this.#source.fail(read, this.#turns);
  }

  #wait(ms: number): void {
    this.#write(`${ms} ms pass`);
    this.#clock.advance(ms);
  }

  #leave(): void {
    const [reading] = [...this.#running.keys()].filter(({ abort }) => abort && !abort.signal.aborted);
    if (!reading) return;
    this.#write(`the reader of step ${reading.step} leaves`);
    reading.abort?.abort();
  }

  /** Lets promises go on: not at all, a few steps of them, or until nothing moves. In the system's time that moved, always: a hit's glance lasts one turn. */
  async #turn(hasClockMoved: boolean): Promise<void> {
    const chance = hasClockMoved && this.#isSystemTime ? 1 : this.#random();
    if (chance < 0.25) return;
    if (chance < 0.55) for (let left = Math.ceil(this.#random() * 12); left > 0; left--) await Promise.resolve();
    else await this.#wholeTurn();
  }

  /** Everything under way ends; then the source is whole, and one read of each key must show it. */
  async #settle(): Promise<void> {
    this.#write('all reads end');
    for (let left = 50; left > 0; left--) {
      await this.#wholeTurn();
      if (this.#source.pending.length === 0) break;
      for (const read of this.#source.pending.slice()) {
        if (this.#random() < 0.8) this.#source.answer(read);
        else this.#source.fail(read, this.#turns);
      }
    }
    await this.#wholeTurn();
    // Waits for a known outage end by time alone.
    if (this.#running.size > 0) this.#clock.advance(100);
    await this.#wholeTurn();
    if (this.#running.size > 0) return this.#wrong([...this.#running.keys()][0] as Reading, 'it never ended');
    const { entries, flights } = this.#secrets.stats();
    if (flights > 0) this.#problem ??= `${flights} flights are left`;
    if (entries > this.#maxEntries) this.#problem ??= `${entries} entries are kept, ${this.#maxEntries} is the most`;
    if (this.#clock.sleeping > 0) this.#problem ??= `${this.#clock.sleeping} timers are left`;
    this.#write('the source is whole again, and all was forgotten');
    for (const name of names) this.#change(name, 'value');
    this.#forget('clear', names, () => this.#secrets.clear());
    for (const name of names) this.#follow(this.#begin('get', name, undefined, undefined), this.#secrets.get(name));
    for (let left = 5; left > 0 && this.#running.size > 0; left--) {
      await this.#wholeTurn();
      for (const read of this.#source.pending.slice()) this.#source.answer(read);
    }
    await this.#wholeTurn();
    if (this.#running.size > 0) this.#problem ??= 'a read of the whole source never ended';
    for (const name of names) if (this.#floor.get(name) !== this.#source.version(name)) this.#problem ??= `${name} is not what the source has`;
  }

  /** Everything that is ready runs. A failure from before is nobody's any more. */
  async #wholeTurn(): Promise<void> {
    this.#turns++;
    await turnOfTheLoop();
  }

  /** Reads that begin from now on give nothing older. A read that an invalidation overtook is past, whatever it brings, and binds nobody. */
  #proves({ name, forgotten }: Reading, version: number): void {
    if (forgotten === this.#forgotten.get(name)) this.#raise(name, version);
  }

  #raise(name: string, version: number): void {
    if (version > (this.#floor.get(name) as number)) this.#floor.set(name, version);
  }

  #wrong({ what, name, step }: Reading, problem: string): void {
    this.#write(`  WRONG: ${problem}`);
    this.#problem ??= `${what} of ${name} in step ${step}: ${problem}`;
  }

  #write(step: string): void {
    if (this.#isWritten) this.steps.push(`${this.#step}. ${step}`);
  }
}

function turnOfTheLoop(): Promise<void> {
  return new Promise(setImmediate);
}
