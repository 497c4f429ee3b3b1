/** What may be shown of an option in the configuration file: all but a user, a password and a query in an address, which may be credentials. */

const address = /^[a-z][a-z0-9+.-]*:\/\//i;

export function shownOption(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shownOption);
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shownOption(each)]));
  return typeof value === 'string' && address.test(value) ? shownAddress(value) : value;
}

function shownAddress(text: string): string {
  if (!URL.canParse(text)) return `${address.exec(text)![0]}…`;
  const url = new URL(text);
  const isWhole = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  // As it stands there, where it can be: a canonical text would have a slash more.
  return isWhole ? text : `${url.protocol}//${url.username === '' ? '' : '…@'}${url.host}${url.pathname}${url.search === '' ? '' : '?…'}`;
}
