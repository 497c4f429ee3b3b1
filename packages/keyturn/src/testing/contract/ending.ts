/** How a call ends before its answer, and how a provider ends: in time, for the reason that was given, leaving nothing behind. */
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { isKeyturnError } from '../../core/errors.ts';
import type { ReadOptions } from '../../core/provider.ts';
import { becomesTrue, calm, type Check, type Given, kindOf, sameText, soon, textOf, thrownBy } from './check.ts';

type Call = (options: ReadOptions) => Promise<unknown>;

/** Every call that only reads, of those that the provider has. */
function readsOf(given: Given): [string, Call][] {
  const { provider } = given;
  const [one, two] = [given.ref('one'), given.ref('two')];
  const calls: [string, Call | undefined][] = [
    ['get', (options) => provider.get(one, options)],
    ['getMany', provider.getMany && ((options) => provider.getMany!([one, two], options))],
    ['list', provider.list && ((options) => provider.list!('', options))],
    ['versionOf', provider.versionOf && ((options) => provider.versionOf!(one, options))],
    ['check', provider.check && ((options) => provider.check!(options))],
  ];
  return calls.filter((call): call is [string, Call] => call[1] !== undefined);
}

class Reason extends Error {}

const under = (controller: AbortController): ReadOptions => ({ signal: controller.signal, deadline: Infinity });

/** Ends a call that waits, and sees why it says that it ended. */
async function endsForTheReason(call: Call, what: string, controller: AbortController): Promise<void> {
  const reason = new Reason('the reason of this test');
  const error = await thrownBy(() => {
    const ended = call(under(controller));
    controller.abort(reason);
    return ended;
  }, what);
  assert.equal(error, reason, `${what} ended with ${kindOf(error)} and not with the reason of its signal.`);
}

export const ending: readonly Check[] = [
  {
    title: 'a read whose signal is over before it begins throws the reason',
    async run(given) {
      await given.putAll('one', 'two');
      for (const [name, call] of readsOf(given)) {
        const reason = new Reason('over before it began');
        const error = await thrownBy(() => call({ signal: AbortSignal.abort(reason), deadline: Infinity }), `${name}() with a signal that is over`);
        assert.equal(error, reason, `${name}() threw ${kindOf(error)} and not the reason of its signal.`);
      }
    },
  },
  {
    title: 'a write whose signal is over before it begins writes nothing',
    power: 'set',
    async run(given) {
      const valueOf = await given.putAll('one');
      const options = { signal: AbortSignal.abort(new Reason('over before it began')), deadline: Infinity };
      const writes: [string, Call | undefined][] = [
        ['set', (ended) => given.can('set')(given.ref('one'), `${given.canary} written`, ended)],
        ['delete', given.provider.delete && ((ended) => given.can('delete')(given.ref('one'), ended))],
      ];
      for (const [name, call] of writes) {
        if (!call) continue;
        const error = await thrownBy(() => call(options), `${name}() with a signal that is over`);
        assert.equal(error, options.signal.reason, `${name}() threw ${kindOf(error)} and not the reason of its signal.`);
        sameText(await given.read('one'), valueOf('one'), `After a ${name}() that was over before it began`);
      }
    },
  },
  {
    title: 'a read that is ended on its way throws the reason, soon',
    fault: 'silent',
    async run(given) {
      await given.putAll('one', 'two');
      await given.cause('silent', 'one');
      for (const [name, call] of readsOf(given)) {
        const controller = new AbortController();
        const reason = new Reason('ended on its way');
        const ended = call(under(controller));
        ended.catch(() => undefined);
        // On its way: what it does before it asks is done.
        for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
        controller.abort(reason);
        const error = await thrownBy(() => ended, `${name}() of a silent place`);
        assert.equal(error, reason, `${name}() ended with ${kindOf(error)} and not with the reason of its signal.`);
      }
      await endsForTheReason((options) => given.get('one', options), 'A read that was ended at once', new AbortController());
    },
  },
  {
    title: 'a read that is ended meanwhile ends with its answer or with the reason',
    async run(given) {
      const valueOf = await given.putAll('one', 'two');
      for (let turns = 0; turns < 4; turns++) {
        const controller = new AbortController();
        const reason = new Reason('ended meanwhile');
        const read = given.get('one', under(controller));
        read.catch(() => undefined);
        for (let turn = 0; turn < turns; turn++) await Promise.resolve();
        controller.abort(reason);
        try {
          sameText(textOf(await soon(read, 'A read that was ended meanwhile')), valueOf('one'), 'Of a read that was ended meanwhile');
        } catch (error) {
          if (error instanceof assert.AssertionError) throw error;
          assert.equal(error, reason, `It ended with ${kindOf(error)} and not with the reason of its signal.`);
        }
      }
    },
  },
  {
    title: 'the end of one read is no end of another',
    async run(given) {
      const valueOf = await given.putAll('one');
      const controller = new AbortController();
      const ended = given.get('one', under(controller));
      ended.catch(() => undefined);
      const other = given.get('one');
      controller.abort(new Reason('only this one'));
      await ended.catch(() => undefined);
      sameText(textOf(await soon(other, 'A read beside one that was ended')), valueOf('one'), 'Beside a read that was ended');
    },
  },
  {
    title: 'a read that is done holds on to nothing of its signal',
    async run(given) {
      await given.putAll('one', 'two');
      const controller = new AbortController();
      for (const [, call] of readsOf(given)) await call(under(controller));
      const left = () => getEventListeners(controller.signal, 'abort').length;
      assert.ok(await becomesTrue(() => left() === 0, 1_000), `${left()} listeners are left on the signal.`);
    },
  },
  {
    title: 'it can be closed twice, and before it was asked',
    power: 'close',
    async run(given) {
      await soon(given.can('close')(), 'close() before any read');
      await soon(given.can('close')(), 'the second close()');
    },
  },
  {
    title: 'a read after the close, or during it, ends with an answer or an error of ours',
    power: 'close',
    async run(given) {
      await given.putAll('one');
      const during = given.get('one');
      during.catch(() => undefined);
      await soon(given.can('close')(), 'close() during a read');
      for (const [when, read] of Object.entries({ during: () => during, after: () => given.get('one') })) {
        try {
          textOf(await soon(read(), `A read ${when} the close`));
        } catch (error) {
          if (error instanceof assert.AssertionError) throw error;
          assert.ok(isKeyturnError(error), `A read ${when} the close ended with ${kindOf(error)}, which is no error of Keyturn.`);
        }
      }
    },
  },
  {
    title: 'when it is closed, nothing of it keeps the process alive',
    async run(given) {
      await given.putAll('one');
      const before = keepingAlive();
      await given.get('one');
      await given.get('two');
      await given.provider.check?.(calm);
      await given.provider.close?.();
      const left = () => extra(keepingAlive(), before);
      assert.ok(await becomesTrue(() => left().length === 0, 3_000), `After its end there are still: ${left().join(', ')}.`);
    },
  },
];

function keepingAlive(): string[] {
  return process.getActiveResourcesInfo().filter((kind) => kind !== 'Immediate' && kind !== 'TickObject' && kind !== 'CloseReq');
}

/** What is in `now` more often than in `before`. */
function extra(now: readonly string[], before: readonly string[]): string[] {
  const left = [...before];
  return now.filter((kind) => {
    const at = left.indexOf(kind);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
