/** A program may hold two copies of this library, one of them inside somebody's provider. */
import type { SecretRef } from './ref.ts';
import { Secret } from './secret.ts';

/** A Secret made by another copy of this library, as one of ours: its private parts cannot be read, its public ones can. */
export function adoptSecret(other: Secret, ref: SecretRef, provider: string): Secret {
  const { version, ageMs, expiresAt } = other;
  const from = (value: string | Uint8Array) => new Secret({ ref, value, provider, version, ageMs, expiresAt });
  try {
    return from(other.reveal());
  } catch {
    return from(other.bytes());
  }
}
