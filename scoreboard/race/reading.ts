/** What was read, taken at its word: the version a secret says it is, or what is wrong with it. */
import type { Secret } from '../../packages/keyturn/src/index.ts';
import { documentOf, signed } from './values.ts';

/** The version of `secret`, whole and of `name`; an error's text when it is torn or another's. */
export function versionOf(secret: Secret, name: string, field: string | undefined): number | string {
  const version = Number(secret.version);
  if (secret.ref.name !== name || secret.ref.field !== field)
    return `asked for ${name}${field === undefined ? '' : `#${field}`}, given the reference of ${secret.ref.name}#${secret.ref.field ?? ''}`;
  const text = secret.reveal();
  const whole = field === undefined ? documentOf(name, version) : signed(name, version, field);
  if (text !== whole) return `asked for ${name}, version ${version}, given ${text}`;
  return version;
}
