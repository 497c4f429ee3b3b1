/** Settings by their dotted path. */

/** Sets what a dotted path leads to, in an object of its own: `{ cache: { ttl: … } }`. */
export function setAt(config: Record<string, unknown>, path: string, value: unknown): void {
  const [first, second] = path.split('.') as [string, string?];
  config[first] = second === undefined ? value : { ...(config[first] as object | undefined), [second]: value };
}
