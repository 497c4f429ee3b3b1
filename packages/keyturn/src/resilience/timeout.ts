/** A limit on one attempt: a provider that says nothing is told to stop, and counts as unavailable. */
import { type Clock, formatDuration, limitTime, systemClock, unlessAborted } from '../core/clock.ts';
import { ProviderUnavailableError } from '../core/errors.ts';
import { type Wrap, wrapProvider } from '../core/provider.ts';

/**
 * Ends every call of a provider after `ms`, or at the read's deadline if that comes first; its signal is aborted, so that sockets close.
 * @throws ProviderUnavailableError from the wrapped calls
 */
export function timeout(ms: number, clock: Clock = systemClock): Wrap {
  return (next) =>
    wrapProvider(next, async (options, call) => {
      const late = () =>
        new ProviderUnavailableError(`${next.name} did not answer within ${formatDuration(ms)}.`, {
          provider: next.name,
          hint: 'Check that it can be reached from here, or raise attemptTimeout.',
        });
      const limit = limitTime(clock, ms, late, options.signal);
      try {
        const deadline = Math.min(options.deadline, clock.now() + ms);
        return await unlessAborted(call({ signal: limit.signal, deadline }), limit.signal);
      } finally {
        limit.done();
      }
    });
}
