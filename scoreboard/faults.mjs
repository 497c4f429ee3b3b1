/** The faults: a text that the source has exactly once, what stands there instead, and who must notice: a line of the scoreboard or a test by its name. */

const races = { line: 19 };
const rushes = { line: 20 };
const hostile = { line: 29 };
const testIn = (file) => (test) => ({ file, test });
const freshness = testIn('cache/freshness.test.ts');
const outage = testIn('cache/outage.test.ts');
const oneFlight = testIn('cache/one-flight.test.ts');
const chain = testIn('chain.test.ts');
const shortWay = testIn('cache/short-way.test.ts');
const fileWriting = testIn('providers/file-writing.test.ts');

/** @type {readonly { name: string, from: string, to: string, by: { line: number } | { file: string, test: string } }[]} */
export const faults = [
  {
    name: 'generation on join: an invalidation leaves the read under way to be joined',
    from: 'flight.isOutdated = true;\n      if (this.#flights.get(flight.key) === flight) this.#flights.delete(flight.key);',
    to: 'flight.isOutdated = true;',
    by: races,
  },
  {
    name: 'generation on store: what was read before an invalidation is kept',
    from: 'else if (!flight.isOutdated) later = this.keep(',
    to: 'else later = this.keep(',
    by: races,
  },
  {
    name: 'order: the last of two overlapping reads to land takes the place of the first',
    from: ': flight.isOverlapped) this.#compare(value, want);',
    to: ': false) this.#compare(value, want);',
    by: oneFlight('of two overlapping reads that disagree the first to land is given, and the next read decides'),
  },
  {
    name: 'single flight: every reader starts a read',
    from: 'this.#flights.joinable(want.documentText, this.#since(limits)) ?? this.#start(',
    to: 'this.#start(',
    by: rushes,
  },
  {
    name: 'failures: a flight that failed stays in the air',
    from: 'this.#leaveAir(flight);\n      if (flight.isAbandoned) return;',
    to: 'if (!outcome.error) this.#leaveAir(flight);\n      if (flight.isAbandoned) return;',
    by: races,
  },
  {
    name: 'abort: a newcomer joins the read that is being aborted',
    from: 'this.#leaveAir(inner);\n        inner.isAbandoned = true;',
    to: 'inner.isAbandoned = true;',
    by: races,
  },
  {
    name: 'abort: the first caller who leaves ends the read of all',
    from: 'if (--inner.waiting === 0 && ',
    to: 'if (--inner.waiting >= 0 && ',
    by: races,
  },
  {
    name: 'epoch: a prefix invalidation is not in force until memory is back',
    from: 'if (entry.epoch === this.epoch) return undefined;',
    to: 'if (entry.epoch <= this.epoch) return undefined;',
    by: races,
  },
  {
    name: 'glance: hits take their short cut while an invalidation is pending',
    from: 'this.#holds++;\n    this.glance = Infinity;',
    to: 'this.#holds++;',
    by: races,
  },
  {
    name: 'glance: the short cut believes in an old clock',
    from: '? Infinity : now;',
    to: '? Infinity : now - 2_000;',
    by: races,
  },
  {
    name: 'guess: a field that a provider now answers on its own still comes from the document',
    from: 'if (displaced) this.#forgetField(displaced);',
    to: '',
    by: testIn('cache/listeners.test.ts')('a variable that appears in place of a kept field is given to every reader, whatever was read before'),
  },
  {
    name: 'listeners: a hit gives what is left after its listener forgot it',
    from: 'return promise;\n        }\n      }\n    }\n    return this.#getTheLongWay',
    to: 'return slot.promise;\n        }\n      }\n    }\n    return this.#getTheLongWay',
    by: testIn('cache/listeners.test.ts')('a hit whose listener clears gives the value all the same (first read of its turn: false)'),
  },
  {
    name: 'glance: an event finds the time of before the loop waited for it',
    from: 'soon(this.#forget);',
    to: 'soon(this.#forget).unref();',
    by: testIn('cache/life-clock.test.ts')('an event that the loop waited for does not find the time of before the wait'),
  },
  {
    name: 'LRU: a hit does not move its entry',
    from: 'if (newer === oldest) return;',
    to: 'if (place >= 0) return;',
    by: testIn('cache/recency.test.ts')('after any operations the order is that of an obvious twin'),
  },
  {
    name: 'guess: a field that was replaced still answers',
    from: 'entry.home.slots.delete(slot.text);\n      slot.drop();',
    to: 'entry.home.slots.delete(slot.text);',
    by: shortWay('whatever is read, rotated and forgotten, in whatever order, a hit gives what is kept'),
  },
  { name: 'LRU: one entry more than maxEntries', from: 'this.recency.size >= this.maxEntries', to: 'this.recency.size > this.maxEntries', by: races },
  {
    name: 'cool-down: the source is asked again at once',
    from: 'coolUntil: now + coolDown,',
    to: 'coolUntil: now,',
    by: outage('during a cool-down nobody asks the source; after it exactly one does'),
  },
  { name: 'cool-down: it does not double', from: 'before.coolDown * 2', to: 'before.coolDown', by: outage('cool-downs double from one second to thirty') },
  {
    name: 'jitter: lifetimes up to a third shorter',
    from: 'const jitter = 0.1;',
    to: 'const jitter = 0.3;',
    by: freshness('lifetimes of one moment end spread over a tenth, never late'),
  },
  {
    name: 'jitter: lifetimes longer than they were asked to be',
    from: '(1 - jitter *',
    to: '(1 + jitter *',
    by: freshness('lifetimes of one moment end spread over a tenth, never late'),
  },
  {
    name: 'clamp: minTtl and maxTtl bound nothing',
    from: 'Math.min(Math.max(ttl, this.#minTtl), this.#maxTtl)',
    to: 'ttl',
    by: freshness('bounds clamp a ttl with one warning that names both numbers'),
  },
  {
    name: 'staleness: a stale value outlives staleIfError',
    from: 'whole(freshUntil + staleIfError)',
    to: 'whole(freshUntil + 2 * staleIfError)',
    by: outage('the stale value ends with staleIfError, to the millisecond'),
  },
  {
    name: 'revocation: a refusal leaves the value to be served stale',
    from: "else if ((error.code as string) === 'ACCESS_DENIED'",
    to: "else if ((error.code as string) === 'NEVER'",
    by: outage('a refusal drops the value: revocation wins over staleness'),
  },
  {
    name: 'revocation: an absent secret leaves the value to be served stale',
    from: 'if (present) this.#cache.remove(present);\n    if (!flight.isOverlapped) this.#cache.putAbsent(',
    to: 'if (!flight.isOverlapped) this.#cache.putAbsent(',
    by: outage('a secret deleted at the source is gone, and an outage right after does not bring it back'),
  },
  {
    name: 'negative answers take the place of values',
    from: 'this.#absent.set(',
    to: 'if (this.recency.size >= this.maxEntries) this.remove(this.recency.oldest as Entry);\n    this.#absent.set(',
    by: outage('an absent secret is remembered as absent for five seconds, in a pool that displaces no value'),
  },
  {
    name: 'chain: a field variable comes before the providers named before it',
    from: 'return this.#links.slice(0, index).some((link) => isAsked(link, ref));',
    to: 'return index < 0 && isAsked(this.#links[0] as Link, ref);',
    by: chain('a field that a provider answers on its own comes in chain order, and never enters a document'),
  },
  {
    name: 'chain: a refusal is passed over',
    from: 'if (!link.goesOn || !isUnavailable(result)) throw',
    to: 'if (!link.goesOn) throw',
    by: chain('a provider that refuses is never passed over'),
  },
  {
    name: 'files: the temporary file is opened whatever is there',
    from: 'O_CREAT | O_EXCL | O_WRONLY',
    to: 'O_CREAT | O_WRONLY',
    by: fileWriting('the temporary file is made exclusively: a file that waits under its name is neither written nor removed'),
  },
  {
    name: 'hostile: an answer has no limit of its size',
    from: 'if (size > mostBytes) return undefined;',
    to: '',
    by: hostile,
  },
  {
    name: 'hostile: JSON may be nested to any depth',
    from: 'if (depth > deepestJson) this.#fail(',
    to: 'if (depth > 1e9) this.#fail(',
    by: hostile,
  },
  {
    name: 'hostile: a name is taken twice, and the first value stands',
    from: "if (seen.has(key)) this.#fail('has a key twice in one object');",
    to: '',
    by: hostile,
  },
  {
    name: 'hostile: what AWS said is passed on',
    from: 'return build(verdict, shownName(thrown), asked);\n}\n\n/**\n * The error to throw for what looking',
    to: 'return build(verdict, thrown.message, asked);\n}\n\n/**\n * The error to throw for what looking',
    by: hostile,
  },
  {
    name: 'hostile: a parser quotes what it was given',
    from: 'throw this.#invalid(error instanceof JsonSourceError ? error.message :',
    to: 'throw this.#invalid(error instanceof JsonSourceError ? text.slice(0, 200) :',
    by: hostile,
  },
  {
    name: 'hostile: the SDK reads what is no whole JSON text',
    from: 'result.response.statusCode < 300 && !isWholeJson(body)',
    to: 'result.response.statusCode < 0 && !isWholeJson(body)',
    by: hostile,
  },
  {
    name: 'hostile: another secret is believed to be the one',
    from: '&& !isAbout(answer, ref.name))',
    to: '&& !isAbout(answer, String(Name ?? ARN)))',
    by: hostile,
  },
  {
    name: 'hostile: a call leaves its timer behind',
    from: 'throw error;\n    } finally {\n      limit.done();',
    to: 'throw error;\n    } finally {\n      limit.signal.throwIfAborted();',
    by: hostile,
  },
  {
    name: 'hostile: YAML is built before it is looked at',
    from: '  refuseBombs(text);\n  let document',
    to: '  let document',
    by: hostile,
  },
  {
    name: 'hostile: other characters stand in the place of bytes that are not UTF-8',
    from: "const decoder = new TextDecoder('utf-8', { fatal: true,",
    to: "const decoder = new TextDecoder('utf-8', { fatal: false,",
    by: hostile,
  },
];
