/** Settings by their dotted path. */

/** Sets what a dotted path leads to, in an object of its own: `{ cache: { ttl: … } }`. */
export function setAt(config: Record<string, unknown>, path: string, value: unknown): void {
  const [first, second] = path.split('.') as [string, string?];
  config[first] = second === undefined ? value : { ...(config[first] as object | undefined), [second]: value };
}

/** The setting that a dotted path leads to. */
export function getAt(config: object, path: string): string | number | undefined {
  return path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], config) as string | number | undefined;
}
