/** `keyturn delete REF`: deletes a secret, or one field of it, from the one provider that is meant. */
import { formatRef, parseRef } from '../../core/ref.ts';
import type { Answer } from '../answers.ts';
import { exitCodes } from '../exit-codes.ts';
import { type CommonOptions, withSecrets } from '../session.ts';
import type { Terminal } from '../terminal.ts';

/** That there was none has the exit code of a missing secret: a script that only wants it gone can tell it from a failure. */
export async function remove(ref: string, options: CommonOptions, terminal: Terminal): Promise<number> {
  const canonical = formatRef(parseRef(ref));
  const wasThere = await withSecrets(options, terminal, (secrets) => secrets.delete(canonical));
  if (options.json) terminal.write(`${JSON.stringify({ ref: canonical, deleted: wasThere } satisfies Answer<'delete'>)}\n`);
  else terminal.say(wasThere ? `keyturn: ${canonical} was deleted.` : `keyturn: ${canonical} was not there.`);
  return wasThere ? exitCodes.done : exitCodes.secret;
}
