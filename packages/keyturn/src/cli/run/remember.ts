/** Whatever a provider answers is known to the scrubber from that moment on. */
import { wrapProvider, type Wrap } from '../../core/provider.ts';
import { isSecret } from '../../core/secret.ts';
import { processScrubber } from '../../redaction/registry.ts';

export const remembering: Wrap = (next) =>
  wrapProvider(next, async (options, call) => {
    const answer = await call(options);
    for (const each of [answer].flat()) if (isSecret(each)) processScrubber.remember(each);
    return answer;
  });
