/** What the shelf says, as one of our errors: one table, by the shelf's own names. */
import { AccessDeniedError, AuthenticationError, InvalidSecretError, type KeyturnError, ProviderUnavailableError } from '../../../src/core/errors.ts';
import { formatRef, type SecretRef } from '../../../src/core/ref.ts';

const table = {
  NotYours: [AccessDeniedError, 'denied the access', 'Ask for the note to be shared.'],
  WhoAreYou: [AuthenticationError, 'does not know us', 'Introduce yourself to the shelf.'],
  Illegible: [InvalidSecretError, 'has a note that nobody can read', 'Write it again.'],
} as const;

/** `undefined` when the shelf has no such note. Whatever it does not say by a name of its own is an outage. */
export function shelfError(said: string | undefined, provider: string, asked: SecretRef | undefined): KeyturnError | undefined {
  if (said === 'NoSuchNote') return undefined;
  const ref = asked && formatRef(asked);
  const about = ref === undefined ? provider : `${ref}: ${provider}`;
  if (said === undefined || !Object.hasOwn(table, said))
    return new ProviderUnavailableError(`${about} could not be asked.`, { ref, provider, hint: 'Check its address.' });
  const [Kind, what, hint] = table[said as keyof typeof table];
  return new Kind(`${about} ${what}.`, { ref, provider, hint });
}
