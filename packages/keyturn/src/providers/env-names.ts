/** Which environment variable answers for a name: `prod/db#password` is `PROD_DB_PASSWORD`. Several names can meet in one variable. */

/** The part of a reference that names a variable. */
export interface NamedField {
  readonly name: string;
  readonly field?: string | undefined;
}

/** What the prefix of variables may be. */
export const prefixText = /^_*[A-Za-z][A-Za-z0-9_]*$/;

/**
 * The variable that answers for `ref`, or `undefined` when none may.
 *
 * Without a prefix the environment answers only names that can hardly mean anything else: those with `/`, `-` or `.` in them, and those
 * spelt as a variable is. Otherwise a secret called `home` or `path` would be answered by the machine's own settings.
 *
 * Two references that give the same variable are the same secret here; whoever declares both should be told.
 * @param prefix `MYAPP` or `MYAPP_`: joined by exactly one underscore
 */
export function environmentName({ name, field }: NamedField, prefix?: string): string | undefined {
  const bare = trimSlashes(name);
  if (prefix === undefined && !/[/.-]/.test(bare) && !/^[A-Z0-9_]+$/.test(bare)) return undefined;
  const parts = [variableName(name)];
  if (field !== undefined) parts.push(variableName(field));
  if (parts.some((part) => part === '' || part.includes('\0') || part.includes('='))) return undefined;
  return (prefix === undefined ? parts : [withoutUnderscores(prefix), ...parts]).join('_');
}

/** `text` spelt as a variable: no slash at either end; `/`, `-`, `.` and space are underscores; upper case. */
export function variableName(text: string): string {
  return trimSlashes(text)
    .replaceAll(/[/\-. ]/g, '_')
    .toUpperCase();
}

/** `prefix` without the underscores at its end. */
export function withoutUnderscores(prefix: string): string {
  let end = prefix.length;
  while (prefix[end - 1] === '_') end--;
  return prefix.slice(0, end);
}

function trimSlashes(text: string): string {
  let [start, end] = [0, text.length];
  while (text[start] === '/') start++;
  while (end > start && text[end - 1] === '/') end--;
  return text.slice(start, end);
}
